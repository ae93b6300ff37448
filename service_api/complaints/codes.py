"""The code tables by which complaints are counted (the dimensions of JR/T 0169-2018)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_PRODUCTS = Path(__file__).parent / "data" / "products.yml"


@dataclass(frozen=True, slots=True)
class Code:
    """A slug with its names. `jrt_code` takes the standard's number where a bank has it."""

    slug: str
    zh: str
    en: str
    jrt_code: str | None = None

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh


def _table(*codes: Code) -> dict[str, Code]:
    return {code.slug: code for code in codes}


BUSINESSES = _table(
    Code("debit-card", "借记卡", "Debit card"),
    Code("credit-card", "信用卡", "Credit card"),
    Code("loan", "贷款", "Loan"),
    Code("payment", "支付结算", "Payment and settlement"),
    Code("debt-collection", "债务催收", "Debt collection"),
    Code("foreign-exchange", "外汇", "Foreign exchange"),
    Code("savings", "储蓄", "Savings"),
    Code("agency-sales", "代理", "Agency sales"),
    Code("other-intermediary", "其他中间业务", "Other intermediary business"),
    Code("personal-information", "个人金融信息", "Personal financial information"),
    Code("precious-metals", "贵金属", "Precious metals"),
    Code("rmb-management", "人民币管理", "RMB management"),
    Code("wealth", "理财", "Wealth management"),
    Code("treasury", "国库", "Treasury"),
    Code("other", "其他", "Other"),
)
CAUSES = _table(
    Code("rules-and-process", "制度流程", "Rules and process"),
    Code("pricing-and-fees", "定价收费", "Pricing and fees"),
    Code("systems-and-facilities", "设施系统", "Systems and facilities"),
    Code("service-attitude", "服务态度及质量", "Service attitude and quality"),
    Code("collection-manner", "催收方式", "Collection manner"),
    Code("disclosure", "信息披露", "Disclosure"),
    Code("fund-safety", "资金安全", "Safety of funds"),
    Code("marketing", "营销", "Marketing"),
    Code("information-security", "信息安全", "Information security"),
    Code("free-choice", "自主选择权", "Freedom of choice"),
    Code("contract-terms", "合同条款", "Contract terms"),
    Code("product-return", "产品收益", "Return of a product"),
    Code("other", "其他", "Other"),
)
CHANNELS = _table(
    Code("branch-counter", "营业现场", "Branch counter"),
    Code("self-service", "自助机具", "Self-service machine"),
    Code("web", "网上渠道", "Online"),
    Code("phone", "电话", "Phone"),
    Code("mobile-app", "移动客户端", "Mobile app"),
    Code("wechat", "网络公众平台", "Public network platform (WeChat)"),
    Code("sms", "短信", "Text message"),
    Code("third-party", "第三方渠道", "Third party"),
    Code("back-office", "中后台", "Back office"),
    Code("other", "其他", "Other"),
)
SOURCES = _table(
    Code("customer", "客户", "Customer"),
    Code("12378", "12378 热线转办", "Regulator hotline 12378"),
    Code("pboc", "人民银行转办", "Forwarded by the PBoC"),
    Code("media", "媒体", "Media"),
)
REGULATORY_SOURCES = frozenset({"12378", "pboc"})


@dataclass(frozen=True, slots=True)
class Product(Code):
    """What the bank sells, under the business it is counted by."""

    business: str = ""


@cache
def products() -> dict[str, Product]:
    """The bank's own list, read from data: it changes with what the bank sells, not with this code."""
    listed = yaml.safe_load(_PRODUCTS.read_text(encoding="utf-8"))
    return {
        slug: Product(slug, names["zh"], names["en"], business=business)
        for business, own in listed.items()
        for slug, names in own.items()
    }
