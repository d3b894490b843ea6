"""Words that names of organisations are made of: legal forms, industries, provinces.

Forms: 公司法, 合伙企业法, 农民专业合作社法 and older kinds that registers still hold.
The industries are everyday words of GB/T 4754, enough to tell where a brand ends.
"""

from __future__ import annotations

_FORMS = """
股份有限责任公司 集团股份有限公司 集团有限责任公司 集团有限公司 有限责任公司
股份有限公司 有限公司 股份公司 责任公司 集团公司 集团总公司 总公司 公司 集团
农民专业合作社联合社 农民专业合作社 专业合作社 股份经济合作社 经济合作社 股份合作社
合作社 特殊普通合伙 普通合伙 有限合伙 合伙企业 个人独资企业 个人独资 个体工商户
个体户 个体 家庭农场 工作室 经营部 商行
"""
_PROVINCES = """
北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南
湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港
澳门 北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省
安徽省 福建省 江西省 山东省 河南省 湖北省 湖南省 广东省 海南省 四川省 贵州省 云南省
陕西省 甘肃省 青海省 台湾省 内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区
新疆维吾尔自治区
"""
_INDUSTRIES = """
房地产 置业 地产 物业 建设 建筑 工程 市政 园林 绿化 装饰 装修 建材 建筑材料 混凝土
水泥 砂石 矿业 煤业 能源 电力 电气 电器 电子 机械 机电 机床 设备 五金 阀门 泵业 汽车
汽配 摩托 船舶 环保 环境 水务 供水 污水 固废 再生 回收 化工 化学 涂料 塑料 塑胶 橡胶
树脂 包装 印刷 印染 纺织 服装 服饰 鞋业 皮革 制革 箱包 电镀 金属 钢铁 钢材 铝业 铜业
铸造 锻造 模具 食品 饮料 酒业 茶业 粮油 农业 农产品 种植 养殖 畜牧 水产 渔业 饲料
林业 木业 家具 医药 药业 大药房 药房 医疗 医院 生物 健康 养老 科技 技术 信息 软件
网络 通信 通讯 数据 智能 光电 半导体 传媒 广告 文化 教育 培训 旅游 酒店 宾馆 餐饮
餐厅 饭店 超市 商贸 贸易 商业 百货 进出口 供应链 物流 运输 货运 客运 快递 仓储 港务
投资 金融 担保 典当 租赁 资产 咨询 管理 服务 劳务 人力资源 保安 保洁 家政 检测 检验
测绘 设计 勘察 监理 评估 拍卖 招标 实业 工贸 制造 加工 制品 材料 新材料
"""

FORMS = tuple(_FORMS.split())
"""Legal forms, longer ones first where one ends another."""

SHORT_FORMS = {
    "股份有限责任公司": "股份",
    "集团股份有限公司": "股份",
    "股份有限公司": "股份",
    "股份公司": "股份",
    "集团有限责任公司": "有限",
    "集团有限公司": "有限",
    "集团公司": "有限",
    "集团": "有限",
    "有限责任公司": "有限",
    "有限公司": "有限",
    "责任公司": "有限",
}
"""Forms that writers take for one another; «公司» alone may stand for each."""

PROVINCES = frozenset(_PROVINCES.split())
INDUSTRIES = frozenset(_INDUSTRIES.split())
