"""What happened in the example: who asked for what, and how far it came.

A story is the client's request and the steps after it, each some working hours after the one before.  People,
companies and addresses are fictitious; known clients are those of `handlers.demo_catalogs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "equipment_sale"
WEEKS = 6


@dataclass(frozen=True)
class Client:
    name: str
    email: str
    phone: str = ""
    company: str = ""
    inn: str = ""
    region: str = "Москва"
    address: str = ""
    language: str = "ru"


@dataclass(frozen=True)
class Step:
    """*kind* is a method of the world, *after_h* working hours since the step before."""

    kind: str
    after_h: float = 0
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    client: Client
    subject: str
    need: str
    group: str
    wanted: tuple[tuple[str, int], ...]
    hours_ago: float  # working hours before the present
    steps: tuple[Step, ...]
    channel: str = "web"


def step(kind: str, after_h: float, **how: Any) -> Step:
    return Step(kind, after_h, how)


def answer(after_h: float, button: str, **fields: str) -> Step:
    return step("answer", after_h, button=button, **fields)


def accept(after_h: float) -> Step:
    return answer(after_h, "Принять предложение")


def change(after_h: float, text: str) -> Step:
    return answer(after_h, "Попросить изменить", client_comment=text)


def decline(after_h: float, reason: str, comment: str = "") -> Step:
    return answer(after_h, "Отказаться", decline_reason=reason, decline_comment=comment)


def rate(after_h: float, mark: int, comment: str = "") -> Step:
    return answer(after_h, "Отправить оценку", rating=str(mark), rating_comment=comment)


def offered(qualify_h: float = 1.5, quote_h: float = 4, **how: Any) -> tuple[Step, ...]:
    return step("qualify", qualify_h), step("quote", quote_h, **how)


def paid(answer_h: float = 6, invoice_h: float = 1.5, pay_h: float = 9) -> tuple[Step, ...]:
    return accept(answer_h), step("invoice", invoice_h), step("pay", pay_h)


def shipped(after_h: float = 3) -> tuple[Step, ...]:
    return step("ship", after_h), step("pick", 2)


def brought(carrier: str = "own", plan_h: float = 2, days: int = 2) -> tuple[Step, ...]:
    return step("plan", plan_h, carrier=carrier, days=days), step("delivered", days * 8)


ROMASHKA = Client(
    "Ирина Васильева",
    "client1@example.com",
    "+7 916 123-00-01",
    "ООО «Ромашка»",
    address="Москва, Ленинградский пр-т, 20",
)
SEVERSTAL = Client(
    "Павел Никитин",
    "client2@example.com",
    "+7 921 123-00-02",
    "АО «Северсталькомплект»",
    region="СПб",
    address="Санкт-Петербург, Английская наб., 10",
)
MEBEL = Client(
    "Галина Фёдорова",
    "client3@example.com",
    "+7 903 123-00-03",
    "ООО «Мебель-Дом»",
    region="Московская область",
    address="Химки, ул. Рабочая, 2",
)
VOLGOMASH = Client(
    "Роман Егоров",
    "client4@example.com",
    "+7 927 123-00-04",
    "ПАО «Волгомаш»",
    region="ПФО",
    address="Самара, ул. Молодогвардейская, 1",
)
URAL = Client(
    "Тимур Хасанов",
    "client5@example.com",
    "+7 912 123-00-05",
    "ООО «УралТехДеталь»",
    region="УФО",
    address="Екатеринбург, ул. Малышева, 5",
)
SIBIR = Client(
    "Оксана Тарасова",
    "client6@example.com",
    "+7 913 123-00-06",
    "ООО «Сибирские мастерские»",
    region="СФО",
    address="Новосибирск, Красный пр-т, 25",
)
BALTIC = Client(
    "Антон Шульц",
    "client7@example.com",
    "+7 906 123-00-07",
    "ООО «Балтийский металл»",
    region="СЗФО",
    address="Калининград, ул. Дмитрия Донского, 7",
)
PRIBOR = Client(
    "Людмила Романова",
    "client8@example.com",
    "+7 985 123-00-08",
    "АО «Точприбор»",
    address="Москва, ул. Радио, 24",
)
YUG = Client(
    "Виктор Бондаренко",
    "client9@example.com",
    "+7 928 123-00-09",
    "ООО «ЮгАгроРемонт»",
    region="ЮФО",
    address="Ростов-на-Дону, ул. Социалистическая, 74",
)
ZAKHAROV = Client(
    "Максим Захаров",
    "client10@example.com",
    "+7 926 123-00-10",
    "ИП Захаров М. Ю.",
    address="Москва, ул. Вавилова, 9",
)
VYATKA = Client(
    "Елизавета Попова",
    "client11@example.com",
    "+7 923 123-00-11",
    "ООО «Вятский завод»",
    region="ПФО",
    address="Киров, ул. Ленина, 80",
)
NORDWERK = Client(
    "Erik Lund",
    "client12@example.com",
    "+7 921 123-00-12",
    "Nordwerk Trading LLC",
    region="СПб",
    address="97 Moskovsky pr., St Petersburg",
    language="en",
)
GARAGE = Client(
    "Степан Лыков",
    "lykov@example.com",
    "+7 915 123-00-21",
    "Гараж «На Садовой»",
    address="Москва, Садовая-Спасская, 3",
)
SCHOOL = Client(
    "Наталья Демидова",
    "demidova@example.com",
    "+7 917 123-00-22",
    "Технический колледж № 5",
    region="ЦФО",
    address="Тула, пр-т Ленина, 40",
)
HELEN = Client(
    "Helen Brooks",
    "brooks@example.com",
    "+44 20 7946 0018",
    "Brooks Precision Ltd",
    address="Moscow, 2 Presnenskaya Emb.",
    language="en",
)

STORIES: tuple[Story, ...] = (
    # closed weeks ago
    Story(ROMASHKA, "Сварочный инвертор и тележка", "Для ремонтного участка, 220 В.", "Оборудование", (("SV-250", 2), ("TL-1000", 1)), 185,
          (*offered(), *paid(), *shipped(), *brought(), rate(6, 5, "Привезли на день раньше, спасибо"))),
    Story(VOLGOMASH, "Фрезерный станок 6Р13 с пусконаладкой", "Нужен станок в инструментальный цех, пуск до конца месяца.", "Станки", (("ST-6R13", 1), ("US-PNR", 1)), 180,
          (*offered(1, 6, text="Станок на складе, пуск займёт день."), *paid(10, 2, 14), *shipped(), *brought("carrier", days=4), step("install", 10), rate(5, 4, "Наладчик приехал вечером"))),
    Story(HELEN, "Band saw for a small workshop", "One LP-300 and a set of drills, delivery to Moscow.", "Станки", (("ST-LP300", 1), ("IN-SV", 2)), 176,
          (*offered(2, 5), *paid(5, 1, 8), *shipped(), *brought(), rate(9, 5, "Excellent service"))),
    Story(ZAKHAROV, "Набор резцов и патрон", "Для токарного станка, патрон 250 мм.", "Инструмент", (("IN-REZ", 2), ("IN-PATRON", 1)), 170,
          (*offered(1, 2, organisation="sokolov"), *paid(3, 1, 4), *shipped(1), *brought())),
    Story(SEVERSTAL, "Компрессор КМ-500", "Замена вышедшего из строя, нужна быстрая поставка.", "Оборудование", (("KM-500", 1),), 160,
          (*offered(1, 3), change(6, "Прошу доставку включить в предложение"), step("quote", 2, text="Доставка включена.", days=7), *paid(3, 1, 12), *shipped(), *brought("carrier", days=3), rate(4, 5))),
    Story(SCHOOL, "Сверлильный станок для учебной мастерской", "Закупка по договору, отсрочка.", "Станки", (("ST-2N135", 1),), 152,
          (*offered(3, 6, terms="deferred"), accept(12), step("invoice", 2), *shipped(6), *brought(), rate(10, 3, "Долго согласовывали договор"), step("pay", 30, element="rest_payment"))),
    Story(MEBEL, "Ленточнопильный станок", "LP-300 и комплект полотен.", "Станки", (("ST-LP300", 2),), 140,
          (*offered(1, 5, discount=10), step("vote", 3, decision="rework", remark="Не больше 7 %"), step("quote", 2, discount=7), step("vote", 2), *paid(8, 2, 10), *shipped(), *brought(), rate(7, 4))),
    # lost
    Story(YUG, "Токарный станок 16К20", "Сравниваем предложения трёх поставщиков.", "Станки", (("ST-16K20", 1),), 120,
          (*offered(1, 7), change(10, "Нужна скидка 10 %"), step("quote", 5, discount=3), change(9, "Нужно дешевле ещё"), step("quote", 3, discount=3, terms="half"), decline(12, "Дорого", "Купили у другого поставщика"))),
    Story(GARAGE, "Подъёмник автомобильный", "Двухстоечный, 4 тонны.", "Оборудование", (), 96, (step("refuse", 1.5, reason="Не наш товар"),)),
    Story(VYATKA, "Наборы свёрл", "Пятьдесят наборов.", "Инструмент", (("IN-SV", 50),), 110,
          (*offered(1, 2), step("call", 80, outcome="declined", notes="Проект закрыли", decline_reason="Больше не нужно")), "phone"),
    Story(SIBIR, "Пусконаладка фрезерного станка", "Станок купили раньше, нужен выезд.", "Услуги", (("US-PNR", 1),), 88,
          (*offered(2, 3), decline(5, "Долго ждать"))),
    # cancelled
    Story(ROMASHKA, "Тележка гидравлическая", "Две штуки.", "Оборудование", (("TL-1000", 2),), 70,
          (*offered(1, 2), step("cancel", 4, reason="Клиент объединил с другой заявкой"))),
    Story(URAL, "Сверлильный станок 2Н135", "С доставкой до Екатеринбурга.", "Станки", (("ST-2N135", 1),), 82,
          (*offered(), *paid(5, 2, 9), step("cancel", 3, reason="Клиент закрыл проект"), step("refund", 8))),
    # on the way
    Story(BALTIC, "Сварочное оборудование", "Три инвертора.", "Оборудование", (("SV-250", 3),), 66,
          (*offered(), *paid(8, 2, 10), *shipped(), *brought("carrier", days=2))),
    Story(PRIBOR, "Фрезерный станок и патроны", "Станок 6Р13, два патрона, пусконаладка на площадке.", "Станки", (("ST-6R13", 1), ("IN-PATRON", 2), ("US-PNR", 1)), 72,
          (*offered(2, 6, terms="half"), *paid(10, 2, 8), *shipped(4), *brought(days=2))),
    Story(ZAKHAROV, "Резцы", "Ещё четыре набора, как в прошлый раз.", "Инструмент", (("IN-REZ", 4),), 44,
          (*offered(1, 1), *paid(2, 1, 6), *shipped(1), *brought(days=1), rate(3, 5)), "mail"),
    Story(NORDWERK, "Screw compressor and tools", "KM-500 with delivery to St Petersburg.", "Оборудование", (("KM-500", 1), ("IN-SV", 4)), 52,
          (*offered(1, 4), *paid(7, 2, 10), *shipped(), step("plan", 3, carrier="carrier", days=4))),
    Story(MEBEL, "Патроны к токарным станкам", "Шесть штук.", "Инструмент", (("IN-PATRON", 6),), 30,
          (*offered(1, 2), *paid(4, 1, 6), *shipped(2), step("plan", 2, days=1))),
    Story(SCHOOL, "Инструмент для мастерской", "Свёрла и резцы по списку.", "Инструмент", (("IN-SV", 10), ("IN-REZ", 5)), 34,
          (*offered(2, 3, terms="half"), *paid(6, 1, 8), *shipped(2))),
    Story(SEVERSTAL, "Две гидравлические тележки", "На склад готовой продукции.", "Оборудование", (("TL-1000", 2),), 24,
          (*offered(1, 2), *paid(4, 1, 6), step("pick", 2))),
    Story(VOLGOMASH, "Токарный станок 16К20", "В механический цех, вместе с резцами.", "Станки", (("ST-16K20", 1), ("IN-REZ", 3)), 30,
          (*offered(1, 6), accept(5), step("invoice", 2), step("pay", 6, percent=40))),
    Story(HELEN, "Two welders", "Two SV-250 for a service van.", "Оборудование", (("SV-250", 2),), 28,
          (*offered(1, 3), accept(3), step("invoice", 1))),
    Story(YUG, "Компрессор для мастерской", "КМ-500 и доставка.", "Оборудование", (("KM-500", 1), ("US-DOST", 1)), 42,
          (*offered(2, 4), accept(4), step("invoice", 2), step("write", 10, text="Оплатим в четверг, ждём подписи директора."), step("comment", 1, text="Клиент обещал оплату в четверг."))),
    Story(VYATKA, "Вертикально-сверлильный станок", "2Н135, самовывоз.", "Станки", (("ST-2N135", 1),), 14,
          (*offered(1, 4), accept(3))),
    # awaiting the client
    Story(URAL, "Ленточная пила и свёрла", "LP-300, два набора свёрл.", "Станки", (("ST-LP300", 1), ("IN-SV", 2)), 40, offered(2, 5)),
    Story(SIBIR, "Компрессор и сварка", "КМ-500, два инвертора.", "Оборудование", (("KM-500", 1), ("SV-250", 2)), 12, offered(2, 4)),
    Story(NORDWERK, "Lathe tools", "Ten sets of tools and two chucks.", "Инструмент", (("IN-REZ", 10), ("IN-PATRON", 2)), 18, (*offered(1, 3), step("write", 6, text="Could you confirm the chucks fit a 16K20?"), step("comment", 2, text="Yes, both fit the 16K20 spindle.", public=True))),
    Story(GARAGE, "Тележка и сварочный аппарат", "В гаражный сервис.", "Оборудование", (("TL-1000", 1), ("SV-250", 1)), 100, offered(1, 3)),
    # approvals and quotations
    Story(PRIBOR, "Два фрезерных станка", "Переоснащение участка, 6Р13 две штуки.", "Станки", (("ST-6R13", 2), ("US-PNR", 2)), 16,
          (*offered(1, 6, discount=4), step("vote", 3))),
    Story(ROMASHKA, "Инверторы и тележки", "Оптом: десять инверторов, пять тележек.", "Оборудование", (("SV-250", 10), ("TL-1000", 5)), 10, offered(1, 5, discount=8)),
    Story(BALTIC, "Станок 16К20 с оснасткой", "Станок, патрон, резцы.", "Станки", (("ST-16K20", 1), ("IN-PATRON", 1), ("IN-REZ", 2)), 26,
          (*offered(2, 6), change(8, "Нужна рассрочка 50 / 50 и доставка в Калининград"))),
    Story(SEVERSTAL, "Сверлильный станок", "2Н135 с тисками.", "Станки", (("ST-2N135", 1),), 20, (*offered(1, 5, discount=9), step("vote", 4, decision="rejected", remark="По этому станку скидок не даём"))),
    Story(SIBIR, "Пилы ленточнопильные", "Две LP-300 в филиал.", "Станки", (("ST-LP300", 2),), 6, (step("qualify", 1.5),)),
    Story(URAL, "Свёрла и резцы", "Годовая потребность, по двадцать наборов.", "Инструмент", (("IN-SV", 20), ("IN-REZ", 20)), 9, (step("qualify", 2),), "mail"),
    # new
    Story(ZAKHAROV, "Компрессор", "Нужен винтовой, до 15 кВт, с ресивером.", "Оборудование", (), 5, ()),
    Story(HELEN, "Milling machine 6R13", "Please quote one machine with commissioning.", "Станки", (), 1.5, ()),
    Story(MEBEL, "Пусконаладочные работы", "После переезда цеха.", "Услуги", (), 0.6, ()),
    Story(VYATKA, "Токарные патроны", "Две штуки, 250 мм.", "Инструмент", (), 0.2, (), "phone"),
)  # fmt: skip
