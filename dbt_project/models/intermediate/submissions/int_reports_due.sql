with units as (
    select * from {{ ref('org_units') }}
    where reports
),

periods as (
    select
        int_periods_generated.*,
        lag(period) over (order by period) as previous_period
    from {{ ref('int_periods_generated') }} as int_periods_generated
),

horizon as (
    select * from {{ ref('int_reporting_horizon') }}
),

form_senders as (
    select * from {{ ref('form_senders') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

extensions as (
    select * from {{ ref('deadline_extensions') }}
),

-- Up to one quarter after the last report, if it has begun: a file that lies in a folder with a mistyped year
-- shall not make a decade of missing reports.
periods_watched as (
    select
        periods.period,
        periods.ends_on,
        horizon.received_to
    from periods
    inner join horizon on periods.period >= horizon.first_period
    where
        periods.period <= horizon.last_period
        or (periods.previous_period = horizon.last_period and periods.starts_on <= horizon.received_to)
),

owed as (
    select
        periods.period,
        periods.received_to,
        units.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        form_calendar.form,
        form_calendar.due_on as calendar_due_on
    from periods_watched as periods
    inner join units on {{ is_valid_on('units', 'periods.ends_on') }}
    inner join form_senders on units.unit_type = form_senders.unit_type
    inner join form_calendar
        on periods.period = form_calendar.period and form_senders.form = form_calendar.form
),

-- The latest day granted counts, and never one before that of the calendar; greatest() skips nulls.
extended as (
    select
        owed.*,
        for_all.reason as reason_for_all,
        for_unit.due_on as due_on_for_unit,
        for_unit.reason as reason_for_unit,
        greatest(owed.calendar_due_on, for_all.due_on, for_unit.due_on) as due_on
    from owed
    left join extensions as for_all
        on owed.form = for_all.form and owed.period = for_all.period and for_all.org_unit_code is null
    left join extensions as for_unit
        on
            owed.form = for_unit.form
            and owed.period = for_unit.period
            and owed.org_unit_code = for_unit.org_unit_code
),

final as (
    select
        period,
        org_unit_code,
        org_unit_valid_from,
        org_unit_name_vi,
        unit_type,
        form,
        due_on,
        case
            when due_on = calendar_due_on then null
            when due_on = due_on_for_unit then reason_for_unit
            else reason_for_all
        end as extension_reason,
        due_on < received_to as is_past_due
    from extended
)

select * from final
