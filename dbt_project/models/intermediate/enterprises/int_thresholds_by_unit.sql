with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

thresholds as (
    select * from {{ ref('coverage_thresholds') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

final as (
    select
        ancestors.period,
        ancestors.org_unit_code,
        thresholds.threshold_workers as threshold,
        max(case when units.unit_type = 'national' then 1 else 0 end) = 1 as is_national
    from ancestors
    inner join periods on ancestors.period = periods.period
    inner join thresholds
        on
            ancestors.ancestor_code = thresholds.org_unit_code
            and {{ is_valid_on('thresholds', 'periods.ends_on') }}
    inner join units
        on ancestors.period = units.period and ancestors.ancestor_code = units.org_unit_code
    group by ancestors.period, ancestors.org_unit_code, thresholds.threshold_workers
)

select * from final
