with periods as (
    select
        int_periods_generated.*,
        lag(period) over (order by period) as previous_period
    from {{ ref('int_periods_generated') }} as int_periods_generated
),

horizon as (
    select * from {{ ref('int_reporting_horizon') }}
),

-- A form of targets looks ahead and says nothing about what happened in its period.
form_calendar as (
    select * from {{ ref('form_calendar') }}
    where form <> 'targets'
),

first_due_day as (
    select
        period,
        min(due_on) as due_on
    from form_calendar
    group by period
),

-- The quarter after the last report shows once its due day has passed: the marts say that nobody reported.
final as (
    select
        periods.period,
        periods.year,
        periods.quarter,
        periods.starts_on,
        periods.ends_on
    from periods
    inner join horizon on periods.period >= horizon.first_period
    left join first_due_day on periods.period = first_due_day.period
    where
        periods.period <= horizon.last_period
        or (periods.previous_period = horizon.last_period and first_due_day.due_on < horizon.received_to)
)

select * from final
