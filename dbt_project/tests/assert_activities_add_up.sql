-- What is added up over units is at each level what the units directly below it have and what it reported
-- itself; what is not stands at reporting units only. A doubled or lost unit would show here.
with values_by_unit as (
    select * from {{ ref('mart_activity') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where origin = 'activity'
),

facts as (
    select * from {{ ref('fct_activity') }}
    where actual_value is not null
),

parts as (
    select
        values_by_unit.period,
        org_units.parent_code as org_unit_code,
        values_by_unit.indicator_code,
        values_by_unit.actual_value
    from values_by_unit
    inner join org_units
        on
            values_by_unit.org_unit_code = org_units.org_unit_code
            and values_by_unit.org_unit_valid_from = org_units.valid_from
    inner join indicators
        on
            values_by_unit.indicator_code = indicators.indicator_code
            and indicators.aggregation_over_units = 'sum'
    where org_units.parent_code is not null
    union all
    select
        period,
        org_unit_code,
        indicator_code,
        actual_value
    from facts
),

summed as (
    select
        period,
        org_unit_code,
        indicator_code,
        sum(actual_value) as actual_value
    from parts
    group by period, org_unit_code, indicator_code
)

select
    values_by_unit.period,
    values_by_unit.org_unit_code,
    values_by_unit.indicator_code
from values_by_unit
full outer join summed
    on
        values_by_unit.period = summed.period
        and values_by_unit.org_unit_code = summed.org_unit_code
        and values_by_unit.indicator_code = summed.indicator_code
where
    -- Amounts with decimals are summed in another order at another level: so small a difference is none.
    abs(coalesce(values_by_unit.actual_value, 0) - coalesce(summed.actual_value, 0))
    > 0.000001 * (1 + abs(coalesce(summed.actual_value, 0)))
