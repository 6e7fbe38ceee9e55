"""Words of the trade: what dealers and their systems write for a code, where it can mean nothing else.

What may be one or the other is not here (营运, 返修, 空号, 已处理): it is refused, and whoever knows what it
means at his store says so under ``value_aliases`` of the params. Each word that is read so is listed.
"""

from __future__ import annotations

# List of codes: code: its words. docs/input.md names them all.
_WORDS: dict[str, dict[str, str]] = {
    "owner_type": {
        "private": "私家车 私人 私人车 私人用车 个人车 个人用车 个人客户 家用 家用车 家庭用车 私户",
        "fleet": "公务车 公务用车 公家车 公司车 公司用车 单位车 单位用车 单位客户 企业 企业车 企业用车 "
        "企业客户 公户 机关 机关单位 政府 政府用车",
    },
    "order_type": {
        "maintenance": "小保养 大保养 首保 首次保养 二保 定保 定期保养 常规保养 例行保养 日常保养 普通保养 "
        "免费保养 基础保养",
        "repair": "维修 普通维修 一般修理 普通修理 修理 机修 机电 机电维修 小修 大修 故障维修",
        "accident": "事故车 事故维修 事故车维修 事故理赔 钣喷 钣喷维修 钣金喷漆 事故钣喷 保险 保险理赔 "
        "保险维修 保险事故",
        "warranty": "三包 三包索赔 三包维修 质保 质保索赔 质保维修 保修 保修索赔 保修维修 索赔维修 厂家索赔",
        "other": "其它",
    },
    "booking_status": {
        "on_time": "按时 准点 按时到店 准时到店 按时进厂 准时进厂 按时到厂 准时到厂",
        "early": "提前到店 提前进厂 提前到厂 早到",
        "late": "迟到 晚到 延迟到店 延迟进厂 延迟到厂 推迟到店",
        "cancelled": "已取消 取消预约 客户取消 预约取消",
        "no_show": "未到店 未到厂 未来店 未到站 未进站 未进店 爽约 失约 未履约",
    },
    "rework_cause": {
        "shake": "抖动 车身抖动",
        "skill": "技术 技术原因 技术问题",
        "parts": "配件 备件 配件原因 备件原因 备件更换",
        "noise": "异响",
        "incomplete": "未完成 未全部完工 未完工",
    },
    "call_result": {
        "valid": "成功 回访成功 成功回访 有效回访",
        "unreachable": "无法接通 无人接听 电话无人接听 未接通 未接 未接听 关机 停机 占线 联系不上 "
        "无法联系上 电话不通",
        "refused": "拒绝 拒绝回访 拒绝受访 客户拒访 拒绝访问",
        "invalid": "无效回访",
    },
    "cause": {
        "quality": "维修质量 质量问题",
        "time": "等待时间 维修时间 时间长",
        "cost": "价格 收费 维修费用 价格高",
        "parts": "配件 零件 零配件",
        "attitude": "态度",
        "vehicle": "整车质量 车辆质量",
        "warranty": "三包 质保 保修",
        "other": "其它",
    },
    "scope": {"store": "本站 本服务站", "branch": "分中心平均", "national": "全国均值", "advisor": "顾问 SA"},
    "level": {"normal": "普通 一般投诉 普通投诉", "escalated": "升级投诉", "major": "重大投诉"},
    "complaint_department": {
        "front": "前台接待 接待前台 服务前台 前台部",
        "workshop": "维修车间 车间部",
        "parts": "配件部 备件 备件部 零件部",
        "service": "客服部 客户服务部 客户服务",
        "oem": "厂方 主机厂 整车厂 生产厂家",
        "customer": "车主 客户自身 客户原因",
    },
    "complaint_status": {
        "open": "未关闭 未结案 未处理 待处理 跟进中 进行中 处理过程中",
        "closed": "已结案 结案 关闭 已关单 已办结 办结 闭环 已闭环",
    },
    "churn_result": {
        "reached": "回访成功 成功回访 联系成功",
        "powered_off": "已关机 电话关机 手机关机",
        "rejected": "拒绝接听 挂断 挂机",
        "suspended": "已停机 电话停机 手机停机 欠费停机",
        "no_signal": "暂时无法接通 不在服务区 无信号 电话无法接通",
        "no_answer": "电话无人接听 无人接 没人接 无人应答 未接 未接听",
        "one_visit": "仅来一次 只来过一次 只来站一次 仅来店一次",
    },
    "churn_reason": {
        "about_to_come": "即将来店保养 即将来保养 即将来站 即将来店 近期来站 近期来店",
        "mileage_not_due": "里程未到 公里未到 里程数未到 未到保养里程 公里数不到 保养里程未到",
        "went_elsewhere": "已到其他站维修 已到其它店维修 已到其他店维修 在其它店维修 在其他店维修 "
        "在外维修 在外保养",
        "too_far": "距离太远 距离远 路远 路太远 离得远 太远了",
        "road_works": "修路",
        "other_user": "其它人使用 他人使用 别人使用",
    },
    "action_department": {
        "front": "前台接待 接待前台 服务前台 前台部",
        "workshop": "维修车间 车间部",
        "parts": "配件部 备件 备件部 零件部",
        "service": "客服部 客户服务部 客户服务",
        "booking": "预约组 预约专员",
    },
    "action_status": {
        "not_started": "未开始 未启动 未实施",
        "in_progress": "实施中 推进中 执行中 整改中",
        "done": "已完成 完成了 已办结",
    },
}  # fmt: skip
WORDS: dict[str, dict[str, str]] = {
    codes: {word: code for code, text in known.items() for word in text.split()}
    for codes, known in _WORDS.items()
}
# Column: its words for 是 and 否.
FLAG_WORDS: dict[str, dict[str, bool]] = {
    "proactive": {"主动": True, "主动预约": True, "被动": False, "被动预约": False},
    "satisfied": {"满意": True, "不满意": False},
    "": {"√": True, "✓": True, "✔": True, "×": False, "✗": False, "✘": False},
}
# What people write for no cause or reason at all, in a column that may be empty.
NOTHING = ("无", "没有", "暂无")
