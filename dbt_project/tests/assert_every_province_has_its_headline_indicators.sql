-- In every period each unit of province level has a row for each headline indicator: a target or "none".
with units as (
    select * from {{ ref('int_org_units_by_period') }}
    where expects_headline_targets
),

indicators as (
    select * from {{ ref('dim_indicator') }}
    where is_headline
),

progress as (
    select distinct
        period,
        org_unit_code,
        indicator_code
    from {{ ref('mart_target_progress') }}
)

select
    units.period,
    units.org_unit_code,
    indicators.indicator_code
from units
cross join indicators
left join progress
    on
        units.period = progress.period
        and units.org_unit_code = progress.org_unit_code
        and indicators.indicator_code = progress.indicator_code
where progress.org_unit_code is null
