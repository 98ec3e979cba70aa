"""Catalogs of the demonstration: two organisations of ours, goods, clients, people, consents.

Everybody and everything is fictitious; requisites carry valid control digits.  Each function adds rows to the
caller's unit of work and is called once on an empty database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from handlers.requisites import check_account, check_inn, check_ogrn
from storage.ids import new_id
from storage.models import (
    BankAccount,
    ConsentText,
    Contact,
    Counterparty,
    Group,
    Membership,
    Organisation,
    Product,
    Role,
    User,
)

ROLES = ("employee", "analyst", "administrator")
GROUPS: Mapping[str, tuple[str, str]] = {
    "sales": ("Отдел продаж", "Sales"),
    "sales_spb": ("Продажи, Санкт-Петербург", "Sales, St Petersburg"),
    "key_accounts": ("Ключевые клиенты", "Key accounts"),
    "machines": ("Станки", "Machines"),
    "heads": ("Руководители отделов", "Heads of departments"),
    "directors": ("Директора", "Directors"),
    "accountants": ("Бухгалтерия", "Accounting"),
    "warehouse": ("Склад", "Warehouse"),
    "logistics": ("Логистика", "Logistics"),
}


@dataclass(frozen=True)
class DemoUser:
    email: str
    name: str
    name_en: str
    position: str
    position_en: str
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("employee",)
    language: str = "ru"


USERS = (
    DemoUser("petrova@example.com", "Анна Петрова", "Anna Petrova", "Менеджер по продажам", "Sales manager", ("sales",)),
    DemoUser("sidorov@example.com", "Илья Сидоров", "Ilya Sidorov", "Менеджер по продажам", "Sales manager", ("sales",)),
    DemoUser(
        "orlova@example.com", "Мария Орлова", "Maria Orlova", "Менеджер по продажам, Санкт-Петербург",
        "Sales manager, St Petersburg", ("sales_spb",),
    ),
    DemoUser(
        "gromov@example.com", "Денис Громов", "Denis Gromov", "Менеджер по станкам и ключевым клиентам",
        "Machines and key accounts manager", ("machines", "key_accounts"),
    ),
    DemoUser("belov@example.com", "Сергей Белов", "Sergey Belov", "Руководитель отдела продаж", "Head of sales", ("heads",)),
    DemoUser(
        "volkova@example.com", "Елена Волкова", "Elena Volkova", "Коммерческий директор", "Commercial director",
        ("directors",),
    ),
    DemoUser("kim@example.com", "Ольга Ким", "Olga Kim", "Бухгалтер", "Accountant", ("accountants",)),
    DemoUser("zaitsev@example.com", "Пётр Зайцев", "Pyotr Zaitsev", "Кладовщик", "Warehouse keeper", ("warehouse",)),
    DemoUser("lebedeva@example.com", "Вера Лебедева", "Vera Lebedeva", "Логист", "Logistics", ("logistics",)),
    DemoUser(
        "smirnova@example.com", "Нина Смирнова", "Nina Smirnova", "Бизнес-аналитик", "Business analyst",
        roles=("employee", "analyst"),
    ),
    DemoUser(
        "admin@example.com", "Андрей Фролов", "Andrey Frolov", "Администратор", "Administrator",
        roles=("employee", "administrator"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """Ids of what was made, by the names that the demonstration uses."""

    users: Mapping[str, int]  # by e-mail
    organisations: Mapping[str, int]  # by code
    products: tuple[str, ...]  # codes
    contacts: tuple[int, ...]


def seed(uow: Any, *, now: datetime, hash_password: Callable[[str], str], password: str) -> Seeded:
    """Add all catalogs to an empty database; everybody gets the same *password*, hashed once."""
    users = add_people(uow, now=now, password_hash=hash_password(password))
    organisations = add_organisations(uow)
    products = add_products(uow)
    contacts = add_clients(uow, now=now, managers=users)
    add_consent_texts(uow, now=now)
    return Seeded(users, organisations, products, contacts)


def add_people(uow: Any, *, now: datetime, password_hash: str) -> dict[str, int]:
    """Add roles, groups and users; return the users' ids by e-mail."""
    session = uow.session
    roles = {role.name: role for role in session.query(Role)}
    for name in ROLES:
        if name not in roles:
            roles[name] = Role(id=new_id(), name=name)
            session.add(roles[name])
    groups = {key: new_id() for key in GROUPS}
    session.add_all(
        Group(id=groups[key], key=key, name_ru=names[0], name_en=names[1]) for key, names in GROUPS.items()
    )
    session.flush()
    ids: dict[str, int] = {}
    for number, person in enumerate(USERS, 1):
        ids[person.email] = new_id()
        session.add(
            User(
                id=ids[person.email],
                email=person.email,
                name=person.name,
                name_en=person.name_en,
                position=person.position,
                position_en=person.position_en,
                phone=f"+749500000{number:02d}",
                password=password_hash,
                active=True,
                fs_uniquifier=f"demo-{person.email}",
                language=person.language,
                created_at=now,
                roles=[roles[name] for name in person.roles],
            )
        )
    session.flush()
    session.add_all(
        Membership(user_id=ids[person.email], group_id=groups[key])
        for person in USERS
        for key in person.groups
    )
    session.flush()
    return ids


def add_organisations(uow: Any) -> dict[str, int]:
    """Add ООО «Техноснаб» (VAT, УПД) and an entrepreneur on УСН without VAT (ТОРГ-12)."""
    main, small = new_id(), new_id()
    uow.session.add_all(
        [
            Organisation(
                id=main,
                code="technosnab",
                short_name="ООО «Техноснаб»",
                full_name="Общество с ограниченной ответственностью «Техноснаб»",
                inn="7700000016",
                kpp="770001001",
                ogrn="1127700000009",
                okpo="12345678",
                address="115114, г. Москва, Дербеневская наб., д. 7, стр. 2, офис 301",
                phone="+7 495 000-00-01",
                email="sales@example.com",
                vat_payer=True,
                delivery_document="upd",
                director="Кузнецов А. В.",
                director_position="Генеральный директор",
                accountant="Ким О. С.",
                settings={
                    "country": "RU",
                    "time_zone": "Europe/Moscow",
                    "business_hours": ["09:00-13:00", "14:00-18:00"],
                    "approval_limits": {"heads": "5000000"},
                    "en": {
                        "short_name": "Technosnab LLC",
                        "full_name": "Technosnab Limited Liability Company",
                        "address": "7 bld. 2 Derbenevskaya Emb., office 301, Moscow 115114, Russia",
                        "director": "A. Kuznetsov",
                        "director_position": "General Director",
                        "accountant": "O. Kim",
                    },
                },
            ),
            Organisation(
                id=small,
                code="sokolov",
                short_name="ИП Соколов И. А.",
                full_name="Индивидуальный предприниматель Соколов Игорь Андреевич",
                inn="770000000156",
                ogrn="304770000000008",
                address="109004, г. Москва, ул. Земляной Вал, д. 64, корп. 2",
                phone="+7 495 000-00-02",
                email="sokolov@example.com",
                vat_payer=False,
                delivery_document="torg12",
                director="Соколов И. А.",
                director_position="Индивидуальный предприниматель",
                settings={
                    "country": "RU",
                    "en": {
                        "short_name": "I. Sokolov, sole proprietor",
                        "full_name": "Igor Sokolov, sole proprietor",
                        "address": "64 bld. 2 Zemlyanoy Val St., Moscow 109004, Russia",
                        "director": "I. Sokolov",
                        "director_position": "Sole proprietor",
                    },
                },
            ),
        ]
    )
    uow.session.flush()
    sber = ("ПАО СБЕРБАНК, г. Москва", "044525225", "30101810400000000225")
    alfa = ("АО «АЛЬФА-БАНК», г. Москва", "044525593", "30101810200000000593")
    for organisation_id, account, bank, default in (
        (main, "40702810200000000001", sber, True),
        (main, "40702810800000012345", alfa, False),
        (small, _account("40802810", "00000001234", alfa[1]), alfa, True),
    ):
        uow.session.add(
            BankAccount(
                id=new_id(),
                organisation_id=organisation_id,
                account=account,
                bank_name=bank[0],
                bic=bank[1],
                correspondent=bank[2],
                default=default,
            )
        )
    uow.session.flush()
    return {"technosnab": main, "sokolov": small}


# code, name, name_en, kind, group, ОКЕИ, unit, price, cost
_PRODUCTS = (
    ("ST-16K20", "Станок токарно-винторезный 16К20", "Screw-cutting lathe 16K20", "goods", "Станки", "796", "шт", 2_450_000, 2_010_000),
    ("ST-6R13", "Станок фрезерный консольный 6Р13", "Knee-type milling machine 6R13", "goods", "Станки", "796", "шт", 3_180_000, 2_640_000),
    ("ST-2N135", "Станок вертикально-сверлильный 2Н135", "Upright drilling machine 2N135", "goods", "Станки", "796", "шт", 985_000, 812_000),
    ("ST-LP300", "Станок ленточнопильный LP-300", "Band saw LP-300", "goods", "Станки", "796", "шт", 612_400, 497_000),
    ("KM-500", "Компрессор винтовой КМ-500", "Screw compressor KM-500", "goods", "Оборудование", "796", "шт", 438_900, 371_500),
    ("SV-250", "Аппарат сварочный инверторный СВ-250", "Inverter welder SV-250", "goods", "Оборудование", "796", "шт", 54_990, 43_200),
    ("TL-1000", "Тележка гидравлическая ТЛ-1000", "Hydraulic pallet truck TL-1000", "goods", "Оборудование", "796", "шт", 32_750, 25_400),
    ("IN-PATRON", "Патрон трёхкулачковый 250 мм", "Three-jaw chuck 250 mm", "goods", "Инструмент", "796", "шт", 28_600, 22_300),
    ("IN-REZ", "Набор резцов токарных, 12 шт.", "Set of 12 lathe tools", "goods", "Инструмент", "839", "компл", "9870.50", 7_100),
    ("IN-SV", "Набор свёрл по металлу, 25 шт.", "Set of 25 metal drills", "goods", "Инструмент", "839", "компл", 6_420, 4_650),
    ("US-PNR", "Пусконаладочные работы", "Commissioning", "service", "Услуги", "876", "усл. ед", 85_000, 48_000),
    ("US-DOST", "Доставка по Москве и области", "Delivery within the Moscow region", "service", "Услуги", "876", "усл. ед", 18_500, 12_000),
)  # fmt: skip


def add_products(uow: Any) -> tuple[str, ...]:
    """Add machines, equipment, tools and services; prices include VAT."""
    uow.session.add_all(
        Product(
            id=new_id(),
            code=code,
            name=name,
            name_en=name_en,
            kind=kind,
            group=group,
            unit_code=unit_code,
            unit=unit,
            price=Decimal(price),
            cost=Decimal(cost),
            vat_rate="22",
        )
        for code, name, name_en, kind, group, unit_code, unit, price, cost in _PRODUCTS
    )
    uow.session.flush()
    return tuple(row[0] for row in _PRODUCTS)


# name, first nine (or ten) digits of ИНН, region, segment, manager, address, contact, position, phone, language
_CLIENTS = (
    ("ООО «Ромашка»", "770123456", "Москва", "", "", "125040, г. Москва, Ленинградский пр-т, д. 20", "Ирина Васильева", "Закупщик", "+79161230001", "ru"),
    ("АО «Северсталькомплект»", "780234567", "СПб", "", "orlova@example.com", "190000, г. Санкт-Петербург, Английская наб., д. 10", "Павел Никитин", "Начальник снабжения", "+79211230002", "ru"),
    ("ООО «Мебель-Дом»", "500345678", "Московская область", "", "", "141400, Московская обл., г. Химки, ул. Рабочая, д. 2", "Галина Фёдорова", "Директор", "+79031230003", "ru"),
    ("ПАО «Волгомаш»", "630456789", "ПФО", "VIP", "gromov@example.com", "443000, г. Самара, ул. Молодогвардейская, д. 1", "Роман Егоров", "Главный инженер", "+79271230004", "ru"),
    ("ООО «УралТехДеталь»", "660567890", "УФО", "", "", "620014, г. Екатеринбург, ул. Малышева, д. 5", "Тимур Хасанов", "Технолог", "+79121230005", "ru"),
    ("ООО «Сибирские мастерские»", "540678901", "СФО", "", "", "630099, г. Новосибирск, Красный пр-т, д. 25", "Оксана Тарасова", "Менеджер по закупкам", "+79131230006", "ru"),
    ("ООО «Балтийский металл»", "390789012", "СЗФО", "", "", "236022, г. Калининград, ул. Дмитрия Донского, д. 7", "Антон Шульц", "Инженер", "+79061230007", "ru"),
    ("АО «Точприбор»", "770890123", "Москва", "VIP", "", "105005, г. Москва, ул. Радио, д. 24", "Людмила Романова", "Руководитель закупок", "+79851230008", "ru"),
    ("ООО «ЮгАгроРемонт»", "610901234", "ЮФО", "", "", "344002, г. Ростов-на-Дону, ул. Социалистическая, д. 74", "Виктор Бондаренко", "Механик", "+79281230009", "ru"),
    ("ИП Захаров М. Ю.", "7712345678", "Москва", "", "", "117312, г. Москва, ул. Вавилова, д. 9", "Максим Захаров", "Владелец", "+79261230010", "ru"),
    ("ООО «Вятский завод»", "430012345", "ПФО", "", "", "610000, г. Киров, ул. Ленина, д. 80", "Елизавета Попова", "Экономист", "+79231230011", "ru"),
    ("Nordwerk Trading LLC", "781123456", "СПб", "", "", "196084, г. Санкт-Петербург, Московский пр-т, д. 97", "Erik Lund", "Purchasing manager", "+79211230012", "en"),
)  # fmt: skip


def add_clients(uow: Any, *, now: datetime, managers: Mapping[str, int]) -> tuple[int, ...]:
    """Add counterparties with a contact each; return the contacts' ids."""
    contacts = []
    for number, row in enumerate(_CLIENTS, 1):
        name, digits, region, segment, manager, address, person, position, phone, language = row
        inn = _inn(digits)
        counterparty_id, contact_id = new_id(), new_id()
        uow.session.add(
            Counterparty(
                id=counterparty_id,
                kind="entrepreneur" if len(inn) == 12 else "company",
                name=name,
                full_name=name,
                inn=inn,
                kpp="" if len(inn) == 12 else f"{inn[:4]}01001",
                ogrn=_ogrn(inn, number),
                address=address,
                region=region,
                segment=segment,
                manager_id=managers.get(manager),
                created_at=now,
            )
        )
        uow.session.flush()
        uow.session.add(
            Contact(
                id=contact_id,
                counterparty_id=counterparty_id,
                name=person,
                position=position,
                phone=phone,
                email=f"client{number}@example.com",
                language=language,
                created_at=now,
            )
        )
        contacts.append(contact_id)
    uow.session.flush()
    return tuple(contacts)


_CONSENTS = {
    ("personal_data", "ru"): (
        "Я даю ООО «Техноснаб» (ИНН 7700000016) согласие на обработку моих персональных данных: имени, "
        "телефона, адреса электронной почты и содержания заявки. Цель: рассмотреть заявку и ответить на неё. "
        "Действия: сбор, запись, хранение, использование, удаление. Согласие действует три года и может быть "
        "отозвано письмом на sales@example.com."
    ),
    ("personal_data", "en"): (
        "I consent to Technosnab LLC (tax no. 7700000016) processing my personal data: name, phone, e-mail "
        "address and the content of the request. Purpose: to consider the request and answer it. Actions: "
        "collecting, recording, storing, using, deleting. The consent is valid for three years and may be "
        "withdrawn by a letter to sales@example.com."
    ),
    ("marketing", "ru"): (
        "Я даю ООО «Техноснаб» согласие на получение рекламных сообщений по электронной почте и телефону. "
        "Согласие необязательно и может быть отозвано в любое время."
    ),
    ("marketing", "en"): (
        "I consent to receiving advertising from Technosnab LLC by e-mail and phone. The consent is optional "
        "and may be withdrawn at any time."
    ),
}


def add_consent_texts(uow: Any, *, now: datetime) -> None:
    """Add version 1 of the required consent (personal data) and the optional one (advertising)."""
    uow.session.add_all(
        ConsentText(id=new_id(), purpose=purpose, version=1, language=language, text=text, created_at=now)
        for (purpose, language), text in _CONSENTS.items()
    )
    uow.session.flush()


def _inn(digits: str) -> str:
    missing = 1 if len(digits) == 9 else 2
    return next(
        candidate for tail in range(10**missing) if not check_inn(candidate := f"{digits}{tail:0{missing}d}")
    )


def _ogrn(inn: str, number: int) -> str:
    body = f"115{inn[:2]}{number:07d}" if len(inn) == 10 else f"315{inn[:2]}{number:09d}"
    return next(candidate for tail in range(10) if not check_ogrn(candidate := f"{body}{tail}"))


def _account(balance: str, tail: str, bic: str) -> str:
    return next(
        candidate for key in range(10) if not check_account(candidate := f"{balance}{key}{tail}", bic)
    )
