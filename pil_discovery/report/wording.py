"""Chinese words for coded values, shared by the workbook and the page."""

from __future__ import annotations

from pil_discovery.types.verdicts import REASONS, STAGES

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
    "stopped": "已停止",
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
BANDS = {"must": "优先必看", "top": "按分核查", "drawn": "随机抽查", "later": "后续"}
DECISIONS = {"adopt": "采纳", "check": "待核实", "reject": "排除"}

__all__ = [
    "BANDS",
    "DECISIONS",
    "KINDS",
    "PARTS",
    "REASONS",
    "ROUTES",
    "SCOPES",
    "STAGES",
    "STATES",
]
