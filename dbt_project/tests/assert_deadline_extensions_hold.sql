-- An extension is of a form that is due for its period, leaves more time than the calendar, and names a unit
-- of that period if it names one. A row that does not would change nothing, and nobody would see why.
with extensions as (
    select * from {{ ref('deadline_extensions') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

valid_units as (
    select
        periods.period,
        org_units.org_unit_code
    from org_units
    inner join periods on {{ is_valid_on('org_units', 'periods.ends_on') }}
)

select
    extensions.form,
    extensions.period,
    extensions.org_unit_code,
    extensions.due_on,
    case
        when form_calendar.due_on is null then 'this form is not due for this period'
        when extensions.due_on <= form_calendar.due_on then 'no later than the calendar says'
        else 'no such unit in this period'
    end as problem
from extensions
left join form_calendar
    on extensions.form = form_calendar.form and extensions.period = form_calendar.period
left join valid_units
    on extensions.period = valid_units.period and extensions.org_unit_code = valid_units.org_unit_code
where
    form_calendar.due_on is null
    or extensions.due_on <= form_calendar.due_on
    or (extensions.org_unit_code is not null and valid_units.org_unit_code is null)
