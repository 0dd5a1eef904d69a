with periods as (
    select * from {{ ref('int_periods_generated') }}
),

-- A form of targets looks ahead and says nothing about what happened in its period.
submissions as (
    select * from {{ ref('int_submissions_current') }}
    where form <> 'targets'
),

lake_range as (
    select
        min(period) as first_period,
        max(period) as last_period
    from submissions
),

final as (
    select
        periods.period,
        periods.year,
        periods.quarter,
        periods.starts_on,
        periods.ends_on
    from periods
    inner join lake_range on periods.period between lake_range.first_period and lake_range.last_period
)

select * from final
