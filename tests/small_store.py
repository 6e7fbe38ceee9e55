"""A small store made by hand, of edge cases: edges of months and weeks, ties, late entries, blanks."""

from pathlib import Path

# February 2024, a leap year's. Each line says in its last column what it is there for.
TABLES = {
    "repair_orders": """order_id,vin,owner_type,advisor,opened_at,备注
R01,LSVAA2180E2000001,private,甲,2023-08-01 00:00,cohort: first minute of the month six months back
R02,LSVAA2180E2000002,private,甲,2023-08-31 23:59,cohort: last minute of it
R03,LSVAA2180E2000003,fleet,乙,2023-08-15 10:00,cohort
R04,LSVAA2180E2000004,private,乙,2023-08-15 10:00,cohort
R05,LSVAA2180E2000005,private,甲,2023-08-15 10:00,cohort
R06,LSVAA2180E2000005,private,甲,2023-09-01 00:00,back at once
R07,LSVAA2180E2000006,private,甲,2023-08-10 09:00,cohort
R08,LSVAA2180E2000006,private,甲,2024-02-29 23:59,back on the last day
R09,LSVAA2180E2000004,fleet,乙,2023-08-15 10:00,the later number of the same time decides: a fleet vehicle
R10,LSVAA2180E2000001,private,甲,2024-03-01 00:00,back after the month: still lost in its report
R11,LSVAA2180E2000007,private,甲,2024-02-01 00:00,first minute of the month
R12,LSVAA2180E2000008,private,,2024-02-29 12:00,no advisor
R13,LSVAA2180E2000009,private,丙,2024-01-31 23:59,the day before the month
R14,LSVAA2180E2000010,private,甲,2023-03-01 00:00,first day of the twelve months
R15,LSVAA2180E2000011,private,甲,2023-02-28 23:59,the day before them
R16,LSVAA2180E2000007,private,甲,2024-02-14 09:00,the same vehicle again
R17,LSVAA2180E2000012,private,甲,2023-08-20 09:00,cohort
R18,无,private,甲,2023-08-10 09:00,no vehicle: in no cohort
R19,00000000000000000,private,甲,2023-05-10 09:00,and in no base
""",
    "bookings": """booking_id,planned_at,proactive,status,order_id
B1,2024-02-01 00:00,是,on_time,R11
B2,2024-02-29 23:59,否,early,R08
B3,2024-02-15 09:00,是,no_show,
B4,2024-03-01 00:00,是,on_time,
B5,2024-01-31 23:59,是,late,R13
""",
    "jobs": """job_id,order_id,technician,finished_at,rework_cause
J1,R11,张,2024-02-01 00:00,
J2,R11,张,2024-02-29 23:59,skill
J3,R08,李,2024-03-01 00:00,noise
J4,R13,李,2024-01-31 23:59,
J5,R14,李,2023-03-01 00:00,parts
""",
    "survey_calls": """call_id,order_id,called_at,result,q1,q2,q3,q4,q5,q6,q7,q8
C1,R11,2024-02-01 00:00,valid,非常满意,80,,,,,,
C2,R13,2024-02-07 23:59,valid,一般,60.5,,,,,,
C3,R12,2024-02-08 00:00,valid,,100,,,,,,
C4,,2024-02-22 00:00,valid,99.9,,,,,,,
C5,R99,2024-02-29 23:59,valid,0,,,,,,,
C6,R11,2024-02-29 12:00,unreachable,,,,,,,,
C7,R11,2024-02-15 12:00,refused,,,,,,,,
C8,R13,2024-01-31 23:59,valid,80,90,,,,,,
C9,R11,2024-03-01 00:00,valid,20,20,,,,,,
""",
    "grievances": """call_id,cause
C2,time
C2,quality
C3,time
C4,other
C5,time
C7,cost
C8,parts
C9,parts
""",
    "oem_css": """month,scope,advisor,sample,explain_work,reception_speed,work_quality,explain_bill,handover_speed,time_in_shop,listening,handover_escort,car_clean,lounge,css,mot
2024-01,store,,10,90,90,90,90,90,90,90,90,90,90,91,
2024-02,store,,0,100,100,100,100,100,100,100,100,100,110,,101.0
2024-02,branch,,50,99,99,99,99,,99,99,99,99,99,99,
2024-02,advisor,丁,3,80,80,80,80,80,80,80,80,80,80,,
2024-02,advisor,丙,0,,,,,,,,,,,,
2024-03,national,,9,1,1,1,1,1,1,1,1,1,1,1,
""",  # noqa: E501  (a row of a CSV file)
    "oem_pt": """month,section,item,points,max_points
2024-02,reception,a,0.5,
2024-02,reception,b,,
2024-02,reception,c,2,2
2024-02,work_order,a,1,1
2024-02,waiting,a,1,1
2024-02,handover,a,0,1
2024-02,facilities,a,1,1
2024-01,reception,a,0,1
""",
    "complaints": """complaint_id,received_at,category,department,first_contact_at,status,closed_at,satisfied
T1,2024-02-01 00:00,time,front,2024-02-01 01:00,closed,2024-02-03 00:00,是
T2,2024-02-29 23:59,time,oem,2024-03-01 00:00,closed,2024-03-01 00:00,是
T3,2024-02-10 12:00,cost,oem,2024-02-10 15:00,closed,2024-02-29 23:00,
T4,2024-02-10 12:00,cost,oem,,open,,否
T5,2024-01-31 23:59,cost,parts,2024-02-01 00:00,closed,2024-02-05 00:00,否
T6,2024-02-20 14:30,cost,front,2024-02-20,closed,2024-02-21 14:30,否
""",
    "customers": """vin,created_at,owner_type
LSVAA2180E2000001,2023-12-31,private
LSVAA2180E2000002,2024-01-01,private
LSVAA2180E2000003,2024-02-29,private
LSVAA2180E2000004,2024-03-01,private
""",
    "churn_calls": """vin,called_at,result,reason
LSVAA2180E2000001,2024-02-05 10:00,no_answer,
LSVAA2180E2000001,2024-02-29 23:59,reached,mileage_not_due
LSVAA2180E2000001,2024-03-01 00:00,reached,went_elsewhere
LSVAA2180E2000002,2024-01-31 23:59,reached,went_elsewhere
LSVAA2180E2000002,2024-02-10 10:00,reached,went_elsewhere
LSVAA2180E2000002,2024-02-10 10:00,powered_off,
LSVAA2180E2000003,2024-02-10 10:00,reached,too_far
LSVAA2180E2000005,2024-02-10 10:00,reached,too_far
""",
    "actions": """action_id,month,department,rank,problem,mot_item,status,done_at
G1,2024-01,front,1,一,lounge,done,2024-02-29
G2,2024-01,front,2,二,lounge,done,2024-03-01
G3,2024-01,parts,,三,,,
G4,2024-01,service,1,四,listening,done,
G5,2024-02,parts,,五,,,
G6,2024-02,parts,2,六,,,
G7,2024-02,booking,1,七,,,
""",
}

# What February's report must say of it, counted by hand.
FEBRUARY = {
    "review.actions": 4,
    "review.done": 2,
    "review.in_progress": 1,
    "review.not_started": 1,
    "review.completion_rate": 1 / 2,
    "oem.sample": 0,
    "oem.mot": 101,
    "oem.css": None,
    "oem.mot_previous": 90,
    "oem.mot_branch": None,
    "oem.mot_national": None,
    "oem.pt_total": 0.30 * 250 / 3 + 25 + 10 + 0 + 5,
    "css.calls": 7,
    "css.valid": 5,
    "css.valid_rate": 5 / 7,
    "css.delighted": 1,
    "css.disappointed": 2,
    "css.unreachable": 1,
    "css.delight_rate_calls": 1 / 7,
    "css.delight_rate_valid": 1 / 5,
    "css.disappointment_rate_calls": 2 / 7,
    "css.disappointment_rate_valid": 2 / 5,
    "complaints.mentions": 6,
    "complaints.count": 5,
    "complaints.open": 2,
    "complaints.closed_rate": 3 / 5,
    "complaints.hours_to_contact": 2,  # of T1 and T3; T6 was contacted on a day
    "complaints.hours_to_close": 48,
    "complaints.per_1000_visits": 1250,
    "complaints.satisfied_rate": 1 / 2,
    "ftf.jobs": 2,
    "ftf.not_fixed": 1,
    "ftf.rate": 1 / 2,
    "booking.visits": 4,
    "booking.booked": 3,
    "booking.arrived": 2,
    "booking.rate": 1 / 2,
    "booking.kept_rate": 2 / 3,
    "booking.proactive_share": 2 / 3,
    "churn.archive": 3,
    "churn.base": 11,
    "churn.cohort": 7,
    "churn.lost": 5,
    "churn.rate": 5 / 7,
    "churn.fleet": 2,
    "churn.to_call": 3,
    "churn.reached": 1,
    "churn.not_reached": 1,
    "churn.not_due": 1,
    "churn.went_elsewhere": 0,
    "volume.orders": 4,
    "volume.vehicles": 3,
    "volume.jobs": 2,
}


def write(folder: Path) -> Path:
    """The store as a folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, text in TABLES.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder
