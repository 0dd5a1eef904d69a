-- What adds up over units is in a unit what it is in the units directly below it together, and at least that
-- where the unit reports something itself.
with indicator_values as (
    select * from {{ ref('int_indicator_base_values') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
    where aggregation_over_units = 'sum'
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

reporters as (
    select distinct
        period,
        org_unit_code
    from {{ ref('int_submissions_current') }}
),

from_below as (
    select
        units.period,
        units.parent_code as org_unit_code,
        indicator_values.indicator_code,
        indicator_values.threshold,
        sum(indicator_values.value) as value
    from indicator_values
    inner join indicators on indicator_values.indicator_code = indicators.indicator_code
    inner join units
        on
            indicator_values.period = units.period
            and indicator_values.org_unit_code = units.org_unit_code
    where units.parent_code is not null
    group by units.period, units.parent_code, indicator_values.indicator_code, indicator_values.threshold
)

select
    from_below.*,
    indicator_values.value as value_above
from from_below
left join indicator_values
    on
        from_below.period = indicator_values.period
        and from_below.org_unit_code = indicator_values.org_unit_code
        and from_below.indicator_code = indicator_values.indicator_code
        and from_below.threshold = indicator_values.threshold
left join reporters
    on from_below.period = reporters.period and from_below.org_unit_code = reporters.org_unit_code
where
    indicator_values.value is null
    or indicator_values.value < from_below.value
    or (reporters.org_unit_code is null and indicator_values.value > from_below.value)
