"""Card and identity numbers that customers paste into the chat are masked before anything is stored."""

import pytest

from service_api.core.text import hide_numbers


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("我的卡6225880123456789被吞了", "我的卡****6789被吞了"),
        ("卡号 6225 8801 2345 6789 ，没到账", "卡号 ****6789 ，没到账"),
        ("6225-8801-2345-6789", "****6789"),
        ("６２２５８８０１２３４５６７８９", "****6789"),
        ("Visa 4111 1111 1111 1111, charged twice", "Visa ****1111, charged twice"),
        ("amex 378282246310005", "amex ****0005"),
        ("身份证11010519491231002X", "身份证1****************X"),
        ("身份证 110105 19491231 002x 的", "身份证 1****************X 的"),
        ("两张卡：6225880123456789和4111111111111111", "两张卡：****6789和****1111"),
    ],
)
def test_a_card_or_identity_number_is_masked(written: str, kept: str) -> None:
    assert hide_numbers(written) == kept


@pytest.mark.parametrize(
    "text",
    [
        "我的手机13800138000，尾号6789的卡",
        "流水号202611210000123456，一直没到账",
        "投诉C-20261121-0042",
        "2026-11-21 12:00:05 扣了3500.00元",
        "座机010-88886666转1024",
        "110105194912310021",
        "订单号AB6225880123456789XY",
    ],
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert hide_numbers(text) == text
