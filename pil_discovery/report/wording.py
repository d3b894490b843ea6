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
CLASSES = {
    "encoding": "编码",
    "header": "表头",
    "type": "类型",
    "unit": "单位",
    "date": "日期",
    "key_missing": "缺主键",
    "key_conflict": "主键冲突",
    "duplicate": "重复",
    "checksum": "校验位",
    "range": "取值范围",
    "geometry_invalid": "图形无效",
    "geometry_empty": "图形为空",
    "crs": "坐标系",
    "outside_area": "区域之外",
    "truncated": "截断",
    "empty": "空文件",
    "unsupported": "不支持",
    "forbidden_path": "禁止路径",
    "forbidden_driver": "禁止格式",
    "too_large": "过大",
    "fields": "字段数",
}
CLASSES_EN = {
    "encoding": "encoding",
    "header": "header",
    "type": "type",
    "unit": "unit",
    "date": "date",
    "key_missing": "key missing",
    "key_conflict": "conflicting keys",
    "duplicate": "duplicate",
    "checksum": "check digit",
    "range": "range",
    "geometry_invalid": "invalid geometry",
    "geometry_empty": "empty geometry",
    "crs": "coordinate system",
    "outside_area": "outside the area",
    "truncated": "truncated",
    "empty": "empty file",
    "unsupported": "unsupported",
    "forbidden_path": "forbidden path",
    "forbidden_driver": "forbidden format",
    "too_large": "too large",
    "fields": "number of fields",
}
BANDS = {"must": "优先必看", "top": "按分核查", "drawn": "随机抽查", "later": "后续"}
DECISIONS = {"adopt": "采纳", "check": "待核实", "reject": "排除"}

__all__ = [
    "BANDS",
    "CLASSES",
    "CLASSES_EN",
    "DECISIONS",
    "KINDS",
    "PARTS",
    "REASONS",
    "ROUTES",
    "SCOPES",
    "STAGES",
    "STATES",
]
