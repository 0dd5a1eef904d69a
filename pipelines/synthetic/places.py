"""The scenarios of the demo: four areas, with the sums that were published for them.

Published, and met exactly: Long Biên in July 2021 (unions by sector, members, workers, women, groups), and
Quảng Trị from 2018 to mid-2023 (members admitted, unions founded, survey visits, shares of ratings). All
other numbers are invented; of Bắc Kạn only targets were published, of Thái Nguyên nothing.
"""

from __future__ import annotations

from pipelines.synthetic.scenario import Scenario

LONG_BIEN = Scenario(
    name="Long Biên",
    units={"H004": 1},
    first_period="2021-Q2",
    last_period="2021-Q2",
    tax_prefix="01",
    unions={
        "public_administration": 25,
        "public_school": 80,
        "private_enterprise": 195,
        "fdi_enterprise": 15,
        "cooperative": 20,
    },
    members=13_734,
    members_female=8_072,
    workers=14_327,
    workers_female=8_538,
    members_admitted=214,
    members_left=163,
    unions_with_groups=265,
    union_groups=835,
    unions_with_sub_unions=2,
    enterprises_without_union=60,
    survey_visits=71,
    agreements_in_force=146,
    agreements_expired=5,
    received_after_days=(9, 9),  # the figures are those of 9 July 2021
    late_every=None,
)

QUANG_TRI = Scenario(
    name="Quảng Trị",
    units={
        "H461": 20,
        "H462": 7,
        "H464": 14,
        "H465": 12,
        "H466": 11,
        "H467": 6,
        "H468": 8,
        "H469": 10,
        "H470": 10,
        "H471": 2,
    },
    first_period="2018-Q1",
    last_period="2023-Q2",
    tax_prefix="32",
    # At the five year ends 80 unions of the state sector and 80, 100, 120, 140, 160 others are older than a
    # year, and so rated: 90 % and 65 % of them are whole numbers.
    unions={
        "public_administration": 30,
        "public_school": 38,
        "public_service": 12,
        "private_enterprise": 68,
        "fdi_enterprise": 4,
        "cooperative": 6,
        "informal": 2,
    },
    founded={
        **{f"{year}-Q{quarter}": 5 for year in (2018, 2019, 2020, 2021) for quarter in (1, 2, 3, 4)},
        **{f"2022-Q{quarter}": 10 for quarter in (1, 2, 3, 4)},
        **{f"2023-Q{quarter}": 9 for quarter in (1, 2)},
    },
    founding_members=4_026,
    members=47_214,
    members_female=24_690,
    workers=50_930,
    workers_female=26_480,
    members_admitted=11_975,
    members_left=8_742,
    unions_with_groups=190,
    union_groups=760,
    unions_with_sub_unions=6,
    enterprises_without_union=90,
    survey_visits=2_276,
    agreements_in_force=118,
    agreements_expired=6,
)

BAC_KAN = Scenario(
    name="Bắc Kạn",
    units={"H058": 14, "H060": 12, "H061": 13, "H062": 12, "H063": 12, "H064": 13, "H065": 12, "H066": 12},
    first_period="2022-Q4",
    last_period="2023-Q4",
    tax_prefix="47",
    # 100 unions of enterprises at the end, of which 80 have an agreement in force.
    unions={
        "public_administration": 50,
        "public_school": 60,
        "public_service": 16,
        "state_enterprise": 6,
        "private_enterprise": 76,
        "fdi_enterprise": 2,
        "cooperative": 8,
        "informal": 2,
    },
    founded={"2023-Q1": 2, "2023-Q2": 2, "2023-Q3": 3, "2023-Q4": 1},
    founding_members=236,
    members=21_874,
    members_female=11_730,
    workers=23_060,
    workers_female=12_310,
    members_admitted=1_306,
    members_left=842,
    unions_with_groups=120,
    union_groups=410,
    unions_with_sub_unions=3,
    enterprises_without_union=64,
    enterprise_sizes=(8, 13, 14, 15, 16, 20, 24, 25, 26, 41),
    survey_visits=208,
    agreements_in_force=80,
    agreements_expired=4,
    shared_agreement=3,
    not_sent=frozenset({("H065", "2023-Q2")}),
)

THAI_NGUYEN = Scenario(
    name="Thái Nguyên",
    units={
        "H164": 20,
        "H165": 11,
        "H167": 8,
        "H168": 9,
        "H169": 9,
        "H170": 8,
        "H171": 11,
        "H172": 14,
        "H173": 10,
    },
    first_period="2023-Q2",
    last_period="2023-Q4",
    tax_prefix="46",
    unions={
        "public_administration": 20,
        "public_school": 24,
        "state_enterprise": 6,
        "private_enterprise": 34,
        "fdi_enterprise": 10,
        "cooperative": 5,
    },
    founded={"2023-Q3": 3},
    founding_members=96,
    members=9_460,
    members_female=5_420,
    workers=10_170,
    workers_female=5_805,
    members_admitted=512,
    members_left=288,
    unions_with_groups=60,
    union_groups=265,
    unions_with_sub_unions=4,
    enterprises_without_union=36,
    survey_visits=84,
    agreements_in_force=41,
    agreements_expired=2,
)

SCENARIOS = (LONG_BIEN, QUANG_TRI, BAC_KAN, THAI_NGUYEN)
