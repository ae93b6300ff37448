"""Complaints that tell one story are grouped; others stay apart."""

from service_api.improvements.clusters import SMALLEST, Story, find_clusters

ATM = [
    "昨天在城南支行的自助取款机取2000块，机器没吐钱但是账户扣款了",
    "ATM取现1000元没有出钞，账户却被扣了，打电话说要等",
    "取款机没吐钱卡里钱少了500，去柜台也解决不了",
    "自助机取钱不出钞，账户扣款，都三天了没退回来",
]
FEE = [
    "没用过的卡突然扣了我120元年费，没人通知我",
    "年费不知道什么时候开始收的，扣了年费也没有短信通知",
    "信用卡说免年费，结果扣了我年费，要求退还年费",
]
OTHERS = [
    "柜台人员态度很差，问个问题爱理不理",
    "手机银行登录总是闪退，换了手机也不行",
    "网点排队两个小时只开一个窗口",
]
ENGLISH = [
    "The cash machine took my money but gave no cash, still not refunded",
    "Cash machine gave no cash and my account was debited, no refund yet",
    "ATM debited my account but no cash came out of the cash machine",
]


def stories(texts: list[str], *, business: str = "debit-card", start: int = 1) -> list[Story]:
    return [Story(f"C-20261121-{n:04}", business, text) for n, text in enumerate(texts, start)]


def test_two_stories_among_single_ones_are_told_apart() -> None:
    given = stories(ATM) + stories(FEE, start=11) + stories(OTHERS, start=21)
    found = [set(cluster.numbers) for cluster in find_clusters(given)]

    assert found == [{one.number for one in stories(ATM)}, {one.number for one in stories(FEE, start=11)}]


def test_english_is_grouped_too() -> None:
    (found,) = find_clusters(stories(ENGLISH) + stories(OTHERS, start=11))
    assert len(found.numbers) == len(ENGLISH)


def test_sums_are_no_words_of_a_group_and_none_says_what_another_says() -> None:
    (found,) = find_clusters(stories(ATM))
    assert not any(sign.isdigit() for word in found.words for sign in word)
    assert not any(
        one[1:] == other[:-1] for one in found.words for other in found.words if len(one) == len(other) > 2
    )


def test_the_words_that_a_group_shares_are_named() -> None:
    (found,) = find_clusters(stories(FEE))
    assert any("年费" in word for word in found.words)


def test_shared_words_are_not_cut_in_the_middle() -> None:
    (found,) = find_clusters(stories(["卡突然非柜面限制，工资取不出来"] * 3))
    assert set(found.words) == {"卡突然非柜面限制", "工资取不出来"}


def test_businesses_are_not_mixed() -> None:
    assert find_clusters(stories(ATM[:2]) + stories(ATM[2:], business="payment", start=11)) == []


def test_fewer_than_three_are_no_group() -> None:
    assert find_clusters(stories(ATM[: SMALLEST - 1])) == []


def test_the_same_text_many_times_is_one_group() -> None:
    (found,) = find_clusters(stories(["退钱"] * 30))
    assert len(found.numbers) == 30


def test_odd_texts_do_no_harm() -> None:
    assert find_clusters([]) == []
    find_clusters(stories(["😀", "a", " . ", "<b>x</b>", "一" * 5000]))


# Written after the threshold was fixed, to see whether it holds for other matters.
FRESH = {
    "loan": [
        "提前还房贷要收我违约金，当初签合同没人说过",
        "想提前还款，客户经理说要交一个月利息当违约金，合同里根本没讲清楚",
        "提前还贷收违约金不合理，办贷款时没告知",
        "房贷提前还清被收了违约金八千多，没有事先说明",
    ],
    "collect": [
        "催收电话一天打十几个，还打给我父母",
        "催收的人骚扰我的家人和同事，一天到晚打电话",
        "你们的催收给我单位打电话，威胁我，太过分了",
        "催收天天打电话给我爸妈，严重骚扰",
    ],
    "wealth": [
        "理财经理说保本，结果亏了两万",
        "买的理财说好稳赚不赔，现在亏损百分之十五，当时没讲风险",
        "理财产品亏损严重，客户经理承诺保本，误导销售",
        "当初推荐理财说不会亏本金，到期亏了一万三",
    ],
}
ALONE = [
    "补办卡要等两个星期太久了",
    "柜员把我名字打错了，要我重新跑一趟",
    "短信提醒收费也不说一声",
    "网点厕所不给客户用",
    "转账填错账号，客服说没办法追回",
    "积分兑换的礼品一直没寄到",
]


def test_other_matters_are_grouped_without_mixing_most_of_them() -> None:
    texts = [text for group in FRESH.values() for text in group] + ALONE
    owner = {
        f"C-20261121-{n:04}": name for n, name in enumerate((name for name in FRESH for _ in range(4)), 1)
    }
    clusters = find_clusters(stories(texts))

    assert len(clusters) >= 2
    for cluster in clusters:
        names = [owner.get(number, "alone") for number in cluster.numbers]
        assert max(names.count(name) for name in set(names)) / len(names) >= 0.75
