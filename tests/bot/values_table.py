"""More expressions of customers and what each means on Saturday, 21 November 2026: one per line."""

AMOUNTS = """
四千八|4800.00 CNY
四千八百六|4860.00 CNY
六百六十六|666.00 CNY
九百九十九块九|999.90 CNY
八万八|88000.00 CNY
两万五千块|25000.00 CNY
十万零五百|100500.00 CNY
一百万|1000000.00 CNY
三百五十万元|3500000.00 CNY
一千二百万|12000000.00 CNY
1.5亿|150000000.00 CNY
0.5万|5000.00 CNY
2万3|23000.00 CNY
3万5千|35000.00 CNY
1万2千3百|12300.00 CNY
5千|5000.00 CNY
8百块|800.00 CNY
20w|200000.00 CNY
1.2w|12000.00 CNY
3k|3000.00 CNY
人民币叁佰元|300.00 CNY
人民币壹拾万元整|100000.00 CNY
壹万元正|10000.00 CNY
贰仟叁佰圆整|2300.00 CNY
柒佰捌拾玖元|789.00 CNY
伍角|0.50 CNY
五十块零五毛|50.50 CNY
三毛钱|0.30 CNY
9.9元|9.90 CNY
0.01元|0.01 CNY
19块9|19.90 CNY
99.99元|99.99 CNY
1,000,000元|1000000.00 CNY
12,345.67元|12345.67 CNY
１，２８０．５０元|1280.50 CNY
¥0.5|0.50 CNY
￥12,800|12800.00 CNY
CNY 800|800.00 CNY
800 CNY|800.00 CNY
rmb800|800.00 CNY
RMB3,500.00|3500.00 CNY
人民币 600|600.00 CNY
800大洋|800.00 CNY
800圆|800.00 CNY
三千塊|3000.00 CNY
兩萬元|20000.00 CNY
壹仟元|1000.00 CNY
二十来块|20.00 CNY
三千多块钱|3000.00 CNY
大概五千元左右|5000.00 CNY
差不多两万|20000.00 CNY
约3000元|3000.00 CNY
四五千不到，四千八百块|4800.00 CNY
少了五百块钱|500.00 CNY
余额少了1200|1200.00 CNY
被扣了28块|28.00 CNY
每个月扣我三块钱短信费|3.00 CNY
年费收了300|300.00 CNY
手续费扣了50|50.00 CNY
罚息168元|168.00 CNY
利息多收了86.5元|86.50 CNY
转给他八千|8000.00 CNY
汇了两万过去|20000.00 CNY
取了3000只吐了2000块|3000.00 CNY;2000.00 CNY
充值100没到账|100.00 CNY
骗走了我十五万|150000.00 CNY
亏损6万多|60000.00 CNY
赔我500|500.00 CNY
退我300块|300.00 CNY
欠款1.8万|18000.00 CNY
还了4500|4500.00 CNY
刷了6688元|6688.00 CNY
贷了30万|300000.00 CNY
借了5万|50000.00 CNY
存了20万三年定期|200000.00 CNY
买了十万理财|100000.00 CNY
花了2999|2999.00 CNY
多扣两百|200.00 CNY
一共是7650|7650.00 CNY
总共一万三|13000.00 CNY
合计1580元|1580.00 CNY
金额：3600|3600.00 CNY
金额大概两千|2000.00 CNY
不是三百是三千块|3000.00 CNY
本金五万，利息一千二|50000.00 CNY;1200.00 CNY
500刀|500.00 USD
一千美金|1000.00 USD
3000美元|3000.00 USD
USD 1,500|1500.00 USD
1500 USD|1500.00 USD
usd500|500.00 USD
两千港币|2000.00 HKD
1万港元|10000.00 HKD
HKD 800|800.00 HKD
300欧|300.00 EUR
EUR 300|300.00 EUR
300 EUR|300.00 EUR
一百英镑|100.00 GBP
GBP 99.5|99.50 GBP
五万日元|50000.00 JPY
JPY 20000|20000.00 JPY
20000日币|20000.00 JPY
500澳元|500.00 AUD
A$500|500.00 AUD
AUD 500|500.00 AUD
800加元|800.00 CAD
CAD 800|800.00 CAD
300新币|300.00 SGD
SGD 300|300.00 SGD
100瑞士法郎|100.00 CHF
CHF 100|100.00 CHF
5万韩元|50000.00 KRW
1000泰铢|1000.00 THB
2000台币|2000.00 TWD
500卢布|500.00 RUB
1200澳门元|1200.00 MOP
eighty yuan|80.00 CNY
three hundred kuai|300.00 CNY
300 kuai|300.00 CNY
300 renminbi|300.00 CNY
3.5k yuan|3500.00 CNY
five grand|5000.00 CNY
5 grand|5000.00 CNY
2 thousand yuan|2000.00 CNY
1.2 million yuan|1200000.00 CNY
half a million yuan|500000.00 CNY
ten thousand|10000.00 CNY
twenty-five thousand RMB|25000.00 CNY
one thousand two hundred yuan|1200.00 CNY
ninety-nine dollars|99.00 USD
a thousand dollars|1000.00 USD
$1.5k|1500.00 USD
$ 49.99|49.99 USD
US dollars 200|200.00 USD
200 US dollars|200.00 USD
£1,250.00|1250.00 GBP
five hundred pounds|500.00 GBP
€ 75.5|75.50 EUR
75.5 euro|75.50 EUR
10,000 yen|10000.00 JPY
¥10,000|10000.00 CNY
3000 hong kong dollars|3000.00 HKD
500 Australian dollars|500.00 AUD
500 Canadian dollars|500.00 CAD
200 Singapore dollars|200.00 SGD
100 Swiss francs|100.00 CHF
they deducted 45.60|45.60 CNY
it took 1000 out of my account|1000.00 CNY
I was billed 299|299.00 CNY
a fee of 35|35.00 CNY
sent 2,000 to my sister|2000.00 CNY
withdrew 1500 but got 1000 yuan|1500.00 CNY;1000.00 CNY
refund my 88 yuan|88.00 CNY
I owe 12000|12000.00 CNY
total is 450|450.00 CNY
total: 450.75|450.75 CNY
around 3,000 yuan|3000.00 CNY
about 500 bucks|500.00 USD
roughly 20 thousand|20000.00 CNY
200 quid|200.00 GBP
annual fee 300 charged|300.00 CNY
lost 8 thousand in one day|8000.00 CNY
credit card被charge了300块|300.00 CNY
扣了我 USD 20|20.00 USD
transfer了5000块没到|5000.00 CNY
refund一下那200元|200.00 CNY
"""

NO_AMOUNTS = """
一万个没想到
三言两语说不清
七上八下
三天两头打电话
百分之三点五
利率3.85%
年化4.2
等了40分钟
打了十几次电话
排了两个小时的队
投诉第三次了
第3次
二维码扫不了
一卡通
一类户
二类卡限额
三方存管
五一放假吗
双十一
2026年
下午三点
3点半
15:30
24小时客服
7天无理由
六个月
十二期分期
36期
1号窗口
A003号
我爸78岁了
三楼
110报警了
12315
4008001234
尾号1234的卡
身份证11010519491231002X
验证码123456
万分感谢
千万不要
一千个不放心
几千块
好几万
no. 5
two cards
twice
3 times
24 hours
15 working days
in 2 weeks
3.85% interest
option 2
number 3
my second complaint
a million thanks
one of your staff
I am 65 years old
card ending 1234
code 123456
call 95588
"""

DATES = """
大前天下午|2026-11-18
昨天夜里|2026-11-20
昨天下午三点|2026-11-20
昨儿|2026-11-20
前儿个|2026-11-19
今儿早上|2026-11-21
今日|2026-11-21
今晚|2026-11-21
当天|2026-11-21
明早|2026-11-22
后天|2026-11-23
大后天|2026-11-24
周一|2026-11-16
周二上午|2026-11-17
周六|2026-11-21
周日|2026-11-15
星期天|2026-11-15
星期六|2026-11-21
礼拜五|2026-11-20
礼拜天|2026-11-15
上周一|2026-11-09
上周二晚上|2026-11-10
上周四|2026-11-12
上周五|2026-11-13
上周六|2026-11-14
上個星期五|2026-11-13
上週三|2026-11-11
這週一|2026-11-16
上上周五|2026-11-06
上上个星期二|2026-11-03
上上礼拜天|2026-11-08
本周一|2026-11-16
这个礼拜四|2026-11-19
这星期三|2026-11-18
下周三|2026-11-25
下个星期五|2026-11-27
一天前|2026-11-20
两天前|2026-11-19
5天前|2026-11-16
五天以前|2026-11-16
7日前|2026-11-14
10天前|2026-11-11
十五天前|2026-11-06
二十天前|2026-11-01
30天前|2026-10-22
一周前|2026-11-14
1周前|2026-11-14
一个礼拜前|2026-11-14
三周前|2026-10-31
三个星期之前|2026-10-31
3个月前|2026-08-21
三个月以前|2026-08-21
六个月前|2026-05-21
一年半前|2025-05-21
两年前|2024-11-21
3年前|2023-11-21
上个月1号|2026-10-01
上个月三号|2026-10-03
上个月二十号|2026-10-20
上个月30号|2026-10-30
上个月31号|2026-10-31
上月8日|2026-10-08
上上个月20号|2026-09-20
这个月1号|2026-11-01
本月十五日|2026-11-15
当月10号|2026-11-10
下个月5号|2026-12-05
月初1号|2026-11-01
1号|2026-11-01
十号|2026-11-10
二十号|2026-11-20
二十五号|2026-10-25
30号|2026-10-30
1月1号|2026-01-01
2月14日|2026-02-14
三月十五号|2026-03-15
四月一号|2026-04-01
5月20|2026-05-20
6月18号|2026-06-18
七月七日|2026-07-07
8月31日|2026-08-31
九月三十日|2026-09-30
十一月十一日|2026-11-11
11月11号|2026-11-11
11月20日|2026-11-20
11月25日|2025-11-25
12月25号|2025-12-25
十二月三十一号|2025-12-31
今年1月5号|2026-01-05
今年10月1日|2026-10-01
去年12月12日|2025-12-12
去年3月8号|2025-03-08
去年五月一号|2025-05-01
前年10月10日|2024-10-10
2025年1月1日|2025-01-01
2024年2月29日|2024-02-29
2025年12月3号下午|2025-12-03
25年3月1日|2025-03-01
二〇二五年五月一日|2025-05-01
二零二五年五月一日|2025-05-01
2025-12-31|2025-12-31
2025/1/9|2025-01-09
2025.03.15|2025-03-15
20250315|2025-03-15
2026-1-2|2026-01-02
11/11|2026-11-11
11-20|2026-11-20
９月３０日|2026-09-30
10.8号|2026-10-08
国庆那天|2026-10-01
去年国庆|2025-10-01
前年春节|2024-02-10
2025年中秋节|2025-10-06
今年端午|2026-06-19
今年五一|2026-05-01
去年五一|2025-05-01
去年六一|2025-06-01
今年618|2026-06-18
去年618|2025-06-18
去年双12|2025-12-12
今年双十一|2026-11-11
今年双十一那天|2026-11-11
去年圣诞节|2025-12-25
平安夜|2025-12-24
情人节|2026-02-14
三八妇女节|2026-03-08
去年除夕|2025-01-28
大年三十|2026-02-16
大年初一|2026-02-17
正月初一|2026-02-17
七夕|2026-08-19
元宵节|2026-03-03
清明节|2026-04-05
重阳节|2026-10-18
教师节|2026-09-10
中秋节|2026-09-25
去年跨年夜|2025-12-31
刚才|2026-11-21
刚刚扣了我钱|2026-11-21
昨天和我说好的|2026-11-20
我前天去网点办的|2026-11-19
上周三转的|2026-11-11
10月8号那天下午转的五千|2026-10-08
earlier today|2026-11-21
this evening|2026-11-21
tonight|2026-11-21
yesterday afternoon|2026-11-20
yesterday evening|2026-11-20
yesterday at 3pm|2026-11-20
two days ago|2026-11-19
2 days ago|2026-11-19
a couple of days ago|2026-11-19
five days ago|2026-11-16
ten days ago|2026-11-11
10 days back|2026-11-11
thirty days ago|2026-10-22
1 week ago|2026-11-14
one week ago|2026-11-14
a fortnight ago|2026-11-07
3 weeks ago|2026-10-31
two months ago|2026-09-21
6 months ago|2026-05-21
half a year ago|2026-05-21
a year ago|2025-11-21
Monday|2026-11-16
on Thursday|2026-11-19
Friday morning|2026-11-20
this Wednesday|2026-11-18
Monday last week|2026-11-09
last week Friday|2026-11-13
Thursday of last week|2026-11-12
tuesday last wk|2026-11-10
next Monday|2026-11-23
the 1st|2026-11-01
on the 3rd|2026-11-03
the 22nd|2026-10-22
the 31st|2026-10-31
the 10th of this month|2026-11-10
on the 5th of last month|2026-10-05
5th of last month|2026-10-05
January 5|2026-01-05
Jan 5th|2026-01-05
Feb. 14|2026-02-14
March 3rd|2026-03-03
3 March|2026-03-03
3rd of March|2026-03-03
the 3rd of March|2026-03-03
April 1st, 2026|2026-04-01
May 20|2026-05-20
20 May 2025|2025-05-20
June 18th|2026-06-18
4 July|2026-07-04
August 31|2026-08-31
Sept 30|2026-09-30
30 Sep 2026|2026-09-30
Oct 1st|2026-10-01
Nov 11|2026-11-11
11th Nov|2026-11-11
Nov 25|2025-11-25
Dec 24 last year|2025-12-24
25 December 2025|2025-12-25
on 8 Oct|2026-10-08
october eighth|2026-10-08
the eighth of october|2026-10-08
nov the 3rd|2026-11-03
2025-06-30|2025-06-30
2025/06/30|2025-06-30
10/25|2026-10-25
25/10|2026-10-25
25/10/2026|2026-10-25
10/25/2026|2026-10-25
25.10.2026|2026-10-25
Christmas Eve|2025-12-24
Christmas|2025-12-25
New Year's Day|2026-01-01
Chinese New Year|2026-02-17
Valentine's day|2026-02-14
last Double 12|2025-12-12
Black Friday last year|2025-11-28
Labour Day|2026-05-01
Mid-Autumn Festival|2026-09-25
Dragon Boat Festival|2026-06-19
just now|2026-11-21
yesturday|2026-11-20
last nite|2026-11-20
transferred it yesterday，还没到|2026-11-20
上周三 transfer 的|2026-11-11
"""

NO_DATES = """
几天前
前几天
好几天了
每个月
每周
三天
十天
3-5个工作日
1-3天
10-15分钟
2-3 working days
等了三四个月
15个工作日
一号难求
十八号窗口
第二天
周围
周末
半天没人理
十一个人
11点
下午三点
2月31日
13月1日
13/13
星期几上班
有时候
年年收费
一年一次
every day
every Monday
three days
on hold
monthly
5 working days
may be
I may come
march into
sat down
the sun
in a second
for the 3rd time
February 30
"""

RANGES = """
10月1日到10月7日|2026-10-01..2026-10-07
10月1号至7号|2026-10-01..2026-10-07
9月28日到10月3日|2026-09-28..2026-10-03
从11月1日到11月15日|2026-11-01..2026-11-15
2026-10-01至2026-10-31|2026-10-01..2026-10-31
2026年9月1日-2026年9月30日|2026-09-01..2026-09-30
12月28日到1月3日|2025-12-28..2026-01-03
上周|2026-11-09..2026-11-15
上个星期|2026-11-09..2026-11-15
这周|2026-11-16..2026-11-21
上周末|2026-11-14..2026-11-15
这个周末|2026-11-21..2026-11-22
上个月|2026-10-01..2026-10-31
上上个月|2026-09-01..2026-09-30
这个月|2026-11-01..2026-11-21
本月|2026-11-01..2026-11-21
去年|2025-01-01..2025-12-31
今年|2026-01-01..2026-11-21
前年|2024-01-01..2024-12-31
9月|2026-09-01..2026-09-30
九月份|2026-09-01..2026-09-30
去年3月|2025-03-01..2025-03-31
2026年2月|2026-02-01..2026-02-28
10月份|2026-10-01..2026-10-31
12月|2025-12-01..2025-12-31
最近三天|2026-11-19..2026-11-21
近7天|2026-11-15..2026-11-21
最近一周|2026-11-15..2026-11-21
最近一个月|2026-10-22..2026-11-21
近三个月|2026-08-22..2026-11-21
过去半年|2026-05-22..2026-11-21
近一年|2025-11-22..2026-11-21
10月中旬|2026-10-11..2026-10-20
上个月初|2026-10-01..2026-10-10
上月下旬|2026-10-21..2026-10-31
上半年|2026-01-01..2026-06-30
今年上半年|2026-01-01..2026-06-30
去年下半年|2025-07-01..2025-12-31
第三季度|2026-07-01..2026-09-30
last week|2026-11-09..2026-11-15
this week|2026-11-16..2026-11-21
last weekend|2026-11-14..2026-11-15
last month|2026-10-01..2026-10-31
this month|2026-11-01..2026-11-21
last year|2025-01-01..2025-12-31
this year|2026-01-01..2026-11-21
in September|2026-09-01..2026-09-30
in December 2025|2025-12-01..2025-12-31
March last year|2025-03-01..2025-03-31
the last 3 days|2026-11-19..2026-11-21
past week|2026-11-15..2026-11-21
in the last three months|2026-08-22..2026-11-21
past 30 days|2026-10-23..2026-11-21
from Oct 1 to Oct 7|2026-10-01..2026-10-07
between October 1 and October 7|2026-10-01..2026-10-07
from October 1 to 7|2026-10-01..2026-10-07
2026-10-01 to 2026-10-31|2026-10-01..2026-10-31
Monday to Wednesday|2026-11-16..2026-11-18
周一到周三|2026-11-16..2026-11-18
the first half of this year|2026-01-01..2026-06-30
Q3|2026-07-01..2026-09-30
10月到11月|2026-10-01..2026-11-21
从上周五到今天|2026-11-13..2026-11-21
去年九月到今年三月|2025-09-01..2026-03-31
上个月底|2026-10-21..2026-10-31
5月份的账单|2026-05-01..2026-05-31
二零二五年买的|2025-01-01..2025-12-31
2025年买的基金|2025-01-01..2025-12-31
"""

OTHERS = """
卡号后四位是8899|card_tail|8899
尾号为0012|card_tail|0012
尾号1234那张|card_tail|1234
尾數是6688|card_tail|6688
末四位7788|card_tail|7788
卡尾号 3344|card_tail|3344
尾号四个6|card_tail|6666
尾号六六八八|card_tail|6688
我8899那张卡|card_tail|8899
6228480402564890018|card_tail|0018
6228 4804 0256 4890 018|card_tail|0018
4367-4200-1234-5678|card_tail|5678
card ends with 4321|card_tail|4321
card ending with 4321|card_tail|4321
the card ending in 0099|card_tail|0099
tail number 4321|card_tail|4321
last 4: 4321|card_tail|4321
last four 4321|card_tail|4321
final four digits 4321|card_tail|4321
xxxx 4321|card_tail|4321
****4321|card_tail|4321
18612345678|phone|18612345678
186-1234-5678|phone|18612345678
186 1234 5678|phone|18612345678
1861 2345 678|phone|18612345678
86-18612345678|phone|18612345678
0086 18612345678|phone|18612345678
（+86）18612345678|phone|18612345678
手机号是19912345678|phone|19912345678
打我电话17712345678吧|phone|17712345678
010-65551234|phone|010-65551234
(021)12345678|phone|021-12345678
0755-8765 4321|phone|0755-87654321
02112345678|phone|021-12345678
一三八零零一三八零零零|phone|13800138000
my number is 13912345678|phone|13912345678
call me on 139 1234 5678|phone|13912345678
reach me at +86 139-1234-5678|phone|13912345678
+852 9123 4567|phone|+85291234567
+1 415 555 2671|phone|+14155552671
+44 20 7946 0958|phone|+442079460958
11010519491231002X|certificate|resident_id
110105 19491231 002x|certificate|resident_id
身份证号是110105194912310021|certificate|resident_id?
护照E12345678|certificate|passport
passport no. EJ1234567|certificate|passport
passport number G98765432|certificate|passport
港澳通行证C12345678|certificate|travel_permit
回乡证H12345678|certificate|travel_permit
台胞证12345678|certificate|travel_permit
统一社会信用代码91350100M000100Y43|certificate|company
营业执照号91350100M000100Y43|certificate|company
C-20260105-0007|complaint_number|C-20260105-0007
单号C202611210042|complaint_number|C-20261121-0042
投诉编号：C-20261121-00421|complaint_number|C-20261121-00421
my case is C-20261121-0042.|complaint_number|C-20261121-0042
654321|code|654321
code: 654321|code|654321
验证码 6 5 4 3 2 1|code|654321
654 321|code|654321
wang_fang88@163.com|email|wang_fang88@163.com
mail me at a.b+c@mail.example.org please|email|a.b+c@mail.example.org
user＠example.com|email|user@example.com
美元|currency|USD
用港币|currency|HKD
in euros|currency|EUR
US dollar account|currency|USD
外币是日元|currency|JPY
房贷|product|mortgage
按揭|product|mortgage
车贷|product|car-loan
公积金贷款|product|provident-fund-loan
经营贷|product|business-loan
消费贷|product|consumer-loan
信用卡|product|credit-card
白金信用卡|product|credit-card
储蓄卡|product|debit-card
二类卡|product|debit-card
大额存单|product|certificate-of-deposit
定期存款|product|time-deposit
活期|product|demand-deposit
理财产品|product|wealth-product
净值型理财|product|wealth-product
基金|product|fund
保单|product|insurance
国债|product|government-bond
积存金|product|gold
账单分期|product|instalment
快捷支付|product|quick-payment
手机银行|product|mobile-banking
短信通知|product|sms-notice
credit card|product|credit-card
debit card|product|debit-card
mortgage|product|mortgage
car loan|product|car-loan
time deposit|product|time-deposit
fixed deposit|product|time-deposit
wealth management product|product|wealth-product
mutual fund|product|fund
life insurance|product|insurance
government bonds|product|government-bond
mobile banking|product|mobile-banking
浦东支行|branch|浦东支行
我在浦东支行办的|branch|浦东支行
上周三去你们徐家汇支行取钱|branch|徐家汇支行
南京西路网点的柜员|branch|南京西路网点
北京分行营业部|branch|北京分行营业部
人民广场支行和静安支行|branch|人民广场支行;静安支行
the Pudong branch|branch|Pudong branch
at your Nanjing Road branch|branch|Nanjing Road branch
Xujiahui Sub-branch|branch|Xujiahui Sub-branch
branch in Jing'an|branch|
最近的支行在哪|branch|
哪个网点人少|branch|
你们支行几点开门|branch|
the nearest branch|branch|
which branch is open|branch|
开户行是哪个支行|branch|
催债|business|debt-collection
外包催收|business|debt-collection
账户管理|business|
大额存单|business|savings
结构性存款|business|savings
车贷|business|loan
消费贷|business|loan
收款码|business|payment
支付宝绑卡|business|payment
扫码付款|business|payment
结汇|business|foreign-exchange
境外汇款|business|foreign-exchange
纪念币|business|precious-metals
金条|business|precious-metals
残币兑换|business|rmb-management
基金亏了|business|agency-sales
理财亏了|business|wealth
资料被泄露|business|personal-information
informations leaked|business|personal-information
home loan|business|loan
overseas remittance|business|foreign-exchange
fixed deposit|business|savings
mutual funds|business|agency-sales
counterfeit note|business|rmb-management
debt collector|business|debt-collection
privacy breach|business|personal-information
请用英语|language|en
用中文回答|language|zh
in Mandarin please|language|zh
english pls|language|en
"""

AMBIGUOUS = """
last Wednesday|2026-11-18|2026-11-11
last Friday|2026-11-20|2026-11-13
last Tuesday|2026-11-17|2026-11-10
on 10/11|2026-10-11|2026-11-10
on 3/4|2026-03-04|2026-04-03
on 05/06/2026|2026-05-06|2026-06-05
charged me on 7/8|2026-07-08|2026-08-07
"""

ABOUT = """
三千多|3000.00
两百多块|200.00
三千左右|3000.00
五百块上下|500.00
大概五千块|5000.00
差不多八千元|8000.00
将近一万|10000.00
约2000元|2000.00
about 500 yuan|500.00
around 3,000 yuan|3000.00
nearly 20000 yuan|20000.00
roughly 300 dollars|300.00
more than 1000 yuan|1000.00
"""

BETWEEN = """
两三千块|2000.00|3000.00
五六百块|500.00|600.00
七八万|70000.00|80000.00
三四十块钱|30.00|40.00
三千到五千元|3000.00|5000.00
3000-5000元|3000.00|5000.00
1万至2万|10000.00|20000.00
500~800块|500.00|800.00
300 to 500 yuan|300.00|500.00
between 300 and 500 yuan|300.00|500.00
$100-$200|100.00|200.00
"""
