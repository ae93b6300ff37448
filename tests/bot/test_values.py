"""What the value finders read, as tables: an expression and what it means on Saturday, 21 November 2026."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.components.values import find_values
from bot.components.values.numerals import read_english_number, read_number

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def values_in(text: str, kind: str, now: datetime = NOW) -> list[object]:
    """Values of one kind that were not negated."""
    found = [one for one in find_values(text, now) if one.entity == kind and "negated" not in one.details]
    return [
        f"{one.value['amount']} {one.value['currency']}" if isinstance(one.value, dict) else one.value
        for one in found
    ]


AMOUNTS = """
三千五百块|3500.00 CNY
1.2万|12000.00 CNY
一万二|12000.00 CNY
二百五|250.00 CNY
5w|50000.00 CNY
5W|50000.00 CNY
1.5w块|15000.00 CNY
人民币伍仟元整|5000.00 CNY
人民币壹万贰仟叁佰肆拾伍元整|12345.00 CNY
三千五|3500.00 CNY
3千5|3500.00 CNY
两千|2000.00 CNY
两万三|23000.00 CNY
一百八|180.00 CNY
一千零五十|1050.00 CNY
一千零五|1005.00 CNY
十二万|120000.00 CNY
一百二十万|1200000.00 CNY
3500元|3500.00 CNY
3,500元|3500.00 CNY
1,280.50元|1280.50 CNY
３５００元|3500.00 CNY
¥3500|3500.00 CNY
￥3500|3500.00 CNY
¥ 3,500.00|3500.00 CNY
RMB 3500|3500.00 CNY
3500 rmb|3500.00 CNY
3500人民币|3500.00 CNY
3500块钱|3500.00 CNY
三块五|3.50 CNY
12块8|12.80 CNY
12块8毛|12.80 CNY
3元5角2分|3.52 CNY
五毛|0.50 CNY
两百多块|200.00 CNY
三百二十块五|320.50 CNY
半夜被盗刷1.2万，尾号6688|12000.00 CNY
没激活也扣我年费三百，必须退|300.00 CNY
上周三下午转的五千，对方到现在没收到|5000.00 CNY
扣了我200|200.00 CNY
昨天扣款128.5|128.50 CNY
转账5000没到|5000.00 CNY
金额是8000|8000.00 CNY
损失了两万多|20000.00 CNY
被骗了3万|30000.00 CNY
存了十万定期|100000.00 CNY
轉賬三萬元|30000.00 CNY
扣了伍佰圓|500.00 CNY
100美元|100.00 USD
100美金|100.00 USD
$100|100.00 USD
US$1,200.50|1200.50 USD
500港币|500.00 HKD
HK$500|500.00 HKD
200欧元|200.00 EUR
€200|200.00 EUR
£50|50.00 GBP
30英镑|30.00 GBP
1万日元|10000.00 JPY
3,500 yuan|3500.00 CNY
3500 yuan|3500.00 CNY
12k|12000.00 CNY
12K yuan|12000.00 CNY
1.5k|1500.00 CNY
five thousand yuan|5000.00 CNY
three thousand five hundred yuan|3500.00 CNY
twelve hundred dollars|1200.00 USD
one hundred and fifty dollars|150.00 USD
a hundred yuan|100.00 CNY
two hundred RMB|200.00 CNY
250 dollars|250.00 USD
20 euros|20.00 EUR
50 pounds|50.00 GBP
I was charged 300 twice|300.00 CNY
you took 500 from my account|500.00 CNY
I transferred 5000 to a wrong account|5000.00 CNY
I paid 88.8 for it|88.80 CNY
the amount is 8000|8000.00 CNY
I lost about 20000 on this fund|20000.00 CNY
amount is 8,000 not 800|8000.00 CNY
"""
NO_AMOUNTS = """
尾号6688
投诉三次没人回
排队两小时
亏了8%
百分之五
15天内答复
我打了三遍电话
十分着急
万一
千万别
一下
补充一下
第一百个
三百个人
一千积分
两百公里
打95588没人接
打400电话
12378
2026年10月8号
C-20261121-0042
13800138000
6222020200112233445
等了两三天
一万个不愿意
20分钟
I called three times
I waited two hours
5 days ago
8 percent
ending in 6688
2 people
"""
DATES = """
今天|2026-11-21
昨天|2026-11-20
昨日|2026-11-20
昨晚|2026-11-20
前天|2026-11-19
大前天|2026-11-18
前天晚上|2026-11-19
今早|2026-11-21
明天|2026-11-22
上周三|2026-11-11
上周三下午|2026-11-11
上星期三|2026-11-11
上个星期三|2026-11-11
上礼拜三|2026-11-11
上个礼拜天|2026-11-15
上周日|2026-11-15
上上周一|2026-11-02
这周二|2026-11-17
本周五|2026-11-20
周五|2026-11-20
星期四|2026-11-19
礼拜一|2026-11-16
下周一|2026-11-23
三天前|2026-11-18
3天前|2026-11-18
十天之前|2026-11-11
两周前|2026-11-07
一个星期前|2026-11-14
半个月前|2026-11-06
一个月前|2026-10-21
两个月前|2026-09-21
半年前|2026-05-21
一年前|2025-11-21
上个月15号|2026-10-15
上月15日|2026-10-15
上個月15號|2026-10-15
上个月十五号|2026-10-15
本月3号|2026-11-03
这个月3号|2026-11-03
上上个月8号|2026-09-08
15号|2026-11-15
25号|2026-10-25
31号|2026-10-31
十月八号|2026-10-08
10月8号|2026-10-08
10月8日|2026-10-08
10月8|2026-10-08
12月1日|2025-12-01
2026年10月8号|2026-10-08
2026年10月8日|2026-10-08
２０２６年１０月８日|2026-10-08
二〇二六年十月八日|2026-10-08
26年10月8日|2026-10-08
去年10月8日|2025-10-08
今年三月五号|2026-03-05
前年6月1日|2024-06-01
2026-10-08|2026-10-08
2026/10/8|2026-10-08
2026.10.8|2026-10-08
20261008|2026-10-08
10/8|2026-10-08
10-8|2026-10-08
去年双十一|2025-11-11
去年的双11|2025-11-11
双十一|2026-11-11
今年国庆|2026-10-01
国庆节|2026-10-01
元旦|2026-01-01
春节|2026-02-17
除夕|2026-02-16
去年中秋|2025-10-06
端午节|2026-06-19
五一|2026-05-01
圣诞节|2025-12-25
yesterday|2026-11-20
today|2026-11-21
last night|2026-11-20
this morning|2026-11-21
the day before yesterday|2026-11-19
last Wednesday|2026-11-18
Wednesday last week|2026-11-11
last week on Wednesday|2026-11-11
last week's Wednesday|2026-11-11
on Friday|2026-11-20
on Monday|2026-11-16
this Tuesday|2026-11-17
3 days ago|2026-11-18
three days ago|2026-11-18
a week ago|2026-11-14
two weeks ago|2026-11-07
a month ago|2026-10-21
2 years ago|2024-11-21
on the 15th of last month|2026-10-15
the 15th of last month|2026-10-15
last month on the 15th|2026-10-15
the 15th|2026-11-15
on the 25th|2026-10-25
October 8|2026-10-08
October 8th|2026-10-08
Oct 8|2026-10-08
Oct. 8, 2026|2026-10-08
October 8, 2025|2025-10-08
8 October|2026-10-08
8th of October 2026|2026-10-08
18 Nov|2026-11-18
December 1|2025-12-01
October 8 last year|2025-10-08
last Singles' Day|2025-11-11
Singles' Day last year|2025-11-11
Double 11 last year|2025-11-11
Christmas last year|2025-12-25
National Day|2026-10-01
I was charged 300 twice on October 8th|2026-10-08
上周三下午转的五千，对方到现在没收到|2026-11-11
"""
NO_DATES = """
2月30日
3号窗口
15日内答复
卡号和账号
上周
上个月
最近
等了两三天
十一点半
投诉三次
周末愉快
may I ask
the march of time
second time
I called 3 times
"""
OTHERS = """
尾号6688|card_tail|6688
尾号是6688|card_tail|6688
尾号：6688的卡|card_tail|6688
后四位6688|card_tail|6688
6688的信用卡|card_tail|6688
card ending in 6688|card_tail|6688
ending 6688|card_tail|6688
last four digits 6688|card_tail|6688
last 4 digits are 6688|card_tail|6688
6222020200112233445|card_tail|3445
6222 0202 0011 2233 445|card_tail|3445
13800138000|phone|13800138000
138 0013 8000|phone|13800138000
138-0013-8000|phone|13800138000
+86 13800138000|phone|13800138000
１３８００１３８０００|phone|13800138000
我的手机是13800138000。|phone|13800138000
021-12345678|phone|021-12345678
C-20261121-0042|complaint_number|C-20261121-0042
c-20261121-0042|complaint_number|C-20261121-0042
c20261121 0042|complaint_number|C-20261121-0042
投诉C-20261121-0042到哪了|complaint_number|C-20261121-0042
123456|code|123456
验证码是123456|code|123456
１２３４５６|code|123456
li.na@example.com|email|li.na@example.com
Li.Na@Example.COM|email|li.na@example.com
信用卡|business|credit-card
借记卡|business|debit-card
工资卡|business|debit-card
房贷|business|loan
提前还款|business|loan
转账|business|payment
轉賬|business|payment
催收|business|debt-collection
换汇|business|foreign-exchange
跨境汇款|business|foreign-exchange
存款|business|savings
保险|business|agency-sales
信息泄露|business|personal-information
黄金|business|precious-metals
假币|business|rmb-management
理财|business|wealth
国债|business|treasury
保管箱|business|other-intermediary
其他|business|other
credit card|business|credit-card
mortgage|business|loan
wire transfer|business|payment
debt collectors|business|debt-collection
insurance|business|agency-sales
personal data|business|personal-information
savings|business|savings
wealth management|business|wealth
8000|number|8000
不对，是8000|number|8000
it's 8,000|number|8000
请说英文|language|en
speak Chinese|language|zh
"""


def rows(table: str) -> list[list[str]]:
    """Rows of a table."""
    return [line.split("|") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "meaning"), rows(AMOUNTS))
def test_amount(text: str, meaning: str) -> None:
    assert values_in(text, "amount") == [meaning]


@pytest.mark.parametrize("text", NO_AMOUNTS.strip().splitlines())
def test_no_amount(text: str) -> None:
    assert values_in(text, "amount") == []


@pytest.mark.parametrize(("text", "meaning"), rows(DATES))
def test_date(text: str, meaning: str) -> None:
    assert values_in(text, "date") == [meaning]


@pytest.mark.parametrize("text", NO_DATES.strip().splitlines())
def test_no_date(text: str) -> None:
    assert values_in(text, "date") == []


@pytest.mark.parametrize(("text", "kind", "meaning"), rows(OTHERS))
def test_other_value(text: str, kind: str, meaning: str) -> None:
    assert values_in(text, kind) == [meaning]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("上周三下午", "afternoon"),
        ("昨天上午", "morning"),
        ("前天凌晨", "night"),
        ("昨晚", "evening"),
        ("今天中午", "noon"),
        ("yesterday morning", "morning"),
        ("last Wednesday afternoon", "afternoon"),
        ("昨天", None),
    ],
)
def test_part_of_day(text: str, part: str | None) -> None:
    found = next(one for one in find_values(text, NOW) if one.entity == "date")
    assert found.details.get("time_of_day") == part
    assert (found.start, found.end) == (0, len(text))


def test_an_ambiguous_day_names_both_readings() -> None:
    found = next(one for one in find_values("last Wednesday", NOW) if one.entity == "date")
    assert (found.value, found.details["alternative"]) == ("2026-11-18", "2026-11-11")


def test_days_are_those_of_the_bank_not_of_utc() -> None:
    assert values_in("今天", "date", datetime(2026, 11, 21, 17, 0, tzinfo=UTC)) == ["2026-11-22"]


def test_offsets_are_those_of_the_customers_text() -> None:
    text = "我於２０２６年１０月８日轉賬３萬元，尾號６６８８"
    spans = {one.entity: text[one.start : one.end] for one in find_values(text, NOW)}
    assert spans["date"] == "２０２６年１０月８日"
    assert spans["amount"] == "３萬元"
    assert spans["card_tail"] == "６６８８"


def test_what_is_not_meant_is_marked() -> None:
    found = {
        str(one.value): one.details for one in find_values("不是800，是8000", NOW) if one.entity == "number"
    }
    assert found == {"800": {"negated": "true"}, "8000": {}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀",
        "/restart",
        "<b>1</b>",
        "a" * 5000,
        "1" * 5000,
        "一" * 2000,
        "1,1" * 900,
        "转" * 2000,
        "five " * 400,
        "0元",
    ],
)
def test_odd_texts_are_read_without_harm(text: str) -> None:
    started = time.process_time()
    assert isinstance(find_values(text, NOW), list)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零一", 101),
        ("一千", 1000),
        ("一亿", 100_000_000),
        ("一万零五", 10005),
        ("三万五千", 35000),
        ("1亿2千万", 120_000_000),
        ("二〇二六", 2026),
        ("百", None),
        ("万", None),
    ],
)
def test_numeral(text: str, number: int | None) -> None:
    assert read_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("twelve", 12),
        ("twenty one", 21),
        ("two hundred and five", 205),
        ("three thousand", 3000),
        ("banana", None),
    ],
)
def test_english_numeral(text: str, number: int | None) -> None:
    assert read_english_number(text) == (None if number is None else Decimal(number))
