"""The figures that the deck prints, typed from its slides, for the month of April 2024.

Nothing here is computed. Where the deck contradicts itself the comment says which figure is kept.
"""

from __future__ import annotations

from aftersales.contract import place

STORE = place.DEMO_STORE

# Slide 7. Ten item scores in the order of `schema.MOT_ITEMS`, then MOT and CSS as printed.
OEM = {
    "previous": (93, (99.4, 100.6, 100.2, 103.2, 103.2, 98.1, 100.6, 100.2, 99.8, 89.9), 99.2, 103.5),
    "current": (114, (98.9, 103.2, 101.8, 102.5, 102.5, 95.8, 103.2, 103.5, 100.0, 92.3), 99.6, 98.5),
    "branch": (5257, (97.4, 97.9, 97.5, 97.2, 98.3, 94.6, 99.1, 98.3, 96.9, 92.3), 96.6, 97.3),
    "national": (21689, (96.0, 97.0, 96.4, 95.7, 96.9, 93.0, 98.0, 97.2, 94.8, 91.4), 95.1, 96.3),
}

# Slide 8. Points of each check item; the deck prints the sections' scores and the total of 54.17 only.
PT = {
    "reception": (1, 0.5, 0, 0.5, 0, 1, 0, 0),
    "work_order": (1, 0.5, 0.5),
    "waiting": (1, 1, 1, 1),
    "handover": (0.5, 0, 1, 0),
    "facilities": (1,) * 11,
}

# Slides 11 and 12. 850 calls less 700 valid ones leave 150, of which the deck names 100 (unreachable);
# the other 50 are refused or invalid, as the subtraction has it.
CALLS = {"valid": 700, "unreachable": 100, "refused": 32, "invalid": 18}
CALLS_LAST_MONTH = 800
DELIGHTED = 150
DISAPPOINTED = 300

# Slide 14. The deck prints no names. Orders, internal calls, external sample, ten items, MOT as printed.
# The internal calls sum to 521: the other 179 valid calls carry no order number.
ADVISORS = {
    "周敏": (355, 220, 20, (85.2, 88.4, 88.4, 85.0, 81.8, 85.2, 88.4, 85.0, 85.0, 81.8), 85.1),
    "陆晓东": (240, 89, 35, (80.0, 81.3, 81.3, 80.4, 80.8, 80.0, 81.3, 80.4, 80.4, 80.8), 80.6),
    "沈佳怡": (348, 102, 24, (81.6, 82.5, 82.5, 83.4, 82.2, 81.6, 82.5, 83.4, 83.4, 82.2), 82.4),
    "顾海波": (300, 65, 15, (81.7, 83.6, 83.6, 84.0, 83.6, 81.7, 83.6, 84.0, 84.0, 83.6), 83.2),
    "许文静": (251, 45, 20, (84.7, 80.5, 80.5, 84.7, 84.0, 84.7, 80.5, 84.7, 84.7, 84.0), 83.5),
}

# Slide 17. Mentions by week; the printed shares of 整车 and 索赔 are transposed, the counts are not.
CAUSES = {
    "quality": (67, 37, 56, 50),
    "time": (29, 37, 30, 9),
    "cost": (30, 27, 30, 18),
    "parts": (17, 6, 5, 9),
    "attitude": (1, 4, 8, 6),
    "vehicle": (5, 0, 1, 0),
    "warranty": (3, 0, 0, 0),
    "other": (41, 22, 28, 45),
}

# Slide 21. Jobs, then 车辆抖动, 维修技术, 配件更换, 行驶异响, 未全部完成. The single case of 高凯 and of 刘春宁
# may stand in any of three columns; they are placed in 维修技术 and 行驶异响, the two commonest of the three.
TECHNICIANS = {
    "高凯": (214, (0, 1, 0, 0, 0)),
    "姚成家": (220, (0, 3, 0, 1, 1)),
    "吴小海": (256, (1, 1, 0, 2, 2)),
    "郑辉": (248, (1, 1, 0, 0, 2)),
    "刘春宁": (222, (0, 0, 0, 1, 0)),
    "随至伟": (153, (1, 1, 0, 1, 1)),
    "刘伟": (237, (0, 1, 0, 2, 0)),
    "刘健": (226, (3, 1, 1, 0, 2)),
}

# Slide 26, January to April.
ARCHIVE = (6800, 6950, 7123, 7349)
BASE = (4100, 3950, 4267, 4356)

# Slide 27, the vehicles of six months before, and 28.
COHORT = 1008
LOST = 276
LOST_FLEET = 70
CHURN_RESULTS = {
    "reached": 147, "powered_off": 3, "rejected": 6, "suspended": 4, "no_signal": 14, "no_answer": 18,
    "one_visit": 14,
}  # fmt: skip
CHURN_REASONS = {
    "about_to_come": 27, "mileage_not_due": 28, "went_elsewhere": 34, "too_far": 11, "road_works": 36,
    "other_user": 11,
}  # fmt: skip

# Slide 4. The deck's due dates lie in January; here they are those days of the report month (0) and of the
# next one (1). 监督人, 完成情况 and the MOT item are not in the deck for every row: the deck gives the texts,
# owners and the kind of evidence, the demo store adds status, item, cause and checkpoint.
_FLOW = "服务顾问对服务核心流程关键点执行意志薄弱(详见评估表,重点是接车单、委托书填写不规范、不完整)"
_DAILY = (
    "每日检查各项流程文件,记入每个服务顾问及技师的服务流程执行考评,重点在各项单据正确性及流程执行状况"
    "(如:时间,二次增修有否客户签名及预估金额、预估交车时间正确与否)"
)
_WEEKLY = "根据满意度回访和CSS反馈反映出的薄弱点,每周一例会及时公布并预防再度发生,并应有会议记录"
ACTIONS = (
    {"department": "booking", "rank": 1, "problem": "无预约工位", "mot_item": "reception_speed",
     "root_cause": "工位统一调度,预约客户到店后仍需排队", "measure": "增设二个预约工位", "owner": "服务总监", "due": (0, 30),
     "supervisor": "服务总监/客服总监", "checkpoint": "每周统计预约工位使用率", "status": "done", "done": 22,
     "evidence": "照片"},
    {"department": "front", "rank": 2, "problem": _FLOW, "mot_item": "explain_work",
     "root_cause": "流程执行没有日常考核", "measure": _DAILY, "owner": "服务总监", "due": (0, 30),
     "supervisor": None, "checkpoint": "每日下班前抽查10份委托书", "status": "done", "done": 30, "evidence": "现场文件检查"},
    {"department": "front", "rank": 2, "problem": _FLOW, "mot_item": "explain_work",
     "root_cause": "新进服务顾问未经表单培训", "measure": "对服务顾问进行各项表单填写及核心服务流程各关键点之培训",
     "owner": "服务经理", "due": (0, 30), "supervisor": None, "checkpoint": "培训后闭卷测验,90分以上合格", "status": "done",
     "done": 17, "evidence": "电子档、照片"},
    {"department": "front", "rank": 2, "problem": _FLOW, "mot_item": "explain_bill",
     "root_cause": "交车时忙于收银,缺少车旁解说", "measure": "服务顾问接、交车流程每两日进行考核,重点在于解说",
     "owner": "客户关爱总监", "due": (0, 30), "supervisor": None, "checkpoint": "每两日一次,每人至少两台车", "status": "in_progress",
     "done": None, "evidence": "现场文件检查"},
    {"department": "service", "rank": 2, "problem": _FLOW, "mot_item": "listening",
     "root_cause": "回访反映的薄弱点没有及时传达到前台", "measure": _WEEKLY, "owner": "服务总监", "due": (0, 30),
     "supervisor": None, "checkpoint": "每周一例会", "status": "done", "done": 29, "evidence": "会议记录电子档案"},
    {"department": "workshop", "rank": 3, "problem": "无控工看板", "mot_item": "time_in_shop",
     "root_cause": "派工靠口头,维修进度不可见", "measure": "依辅导顾问提供控工看板使用方法并予以使用", "owner": "服务总监",
     "due": (1, 1), "supervisor": None, "checkpoint": "看板每两小时更新一次", "status": "not_started", "done": None,
     "evidence": "现场检查"},
)  # fmt: skip
