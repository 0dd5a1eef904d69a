-- A fact of a unit that the seed does not know in that period would silently drop out of every sum.
with fact_rows as (
    select
        period,
        org_unit_code
    from {{ ref('fct_membership') }}
    union
    select
        period,
        org_unit_code
    from {{ ref('fct_enterprise') }}
    union
    select
        period,
        org_unit_code
    from {{ ref('fct_agreement') }}
    union
    select
        period,
        org_unit_code
    from {{ ref('fct_activity') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
)

select
    fact_rows.period,
    fact_rows.org_unit_code
from fact_rows
left join units
    on fact_rows.period = units.period and fact_rows.org_unit_code = units.org_unit_code
where units.org_unit_code is null
