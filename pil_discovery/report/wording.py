"""Chinese words for coded values, shared by the workbook and the page."""

from __future__ import annotations

ROUTES = {"admin": "行政公益诉讼", "civil": "民事公益诉讼", "none": "未定"}
KINDS = {"single": "单件", "class": "类案"}
STATES = {
    "hit": "命中",
    "review": "须复核",
    "dropped": "已排除",
    "unknown": "未知（缺值）",
    "clear": "未发现",
    "computed": "已计算",
    "not_computable": "无法计算",
    "off": "未启用",
}
SCOPES = {"row": "整行", "cell": "单元格"}
PARTS = {
    "certainty": "确定性",
    "verifiability": "可查性",
    "harm": "损害",
    "inaction": "不作为",
    "urgency": "紧迫性",
    "scale": "影响规模",
}
DECISIONS = {"adopt": "采纳", "check": "待核实", "reject": "排除"}
REASONS = {
    "fact_absent": "事实不存在",
    "lawfully_handled": "已依法处理",
    "data_error": "数据错误",
    "same_lead": "重复线索",
    "not_our_jurisdiction": "不属本院管辖",
    "trivial": "情节轻微",
    "time_barred": "已过时效",
    "wrong_subject_or_agency": "主体或机关有误",
    "policy_exemption": "政策豁免",
}
"""Reason codes for a «no»; they feed the exclusions of a model."""
