with units as (
    select * from {{ ref('int_org_units_by_period') }}
    where reports
),

form_senders as (
    select * from {{ ref('form_senders') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

final as (
    select
        units.period,
        units.org_unit_code,
        form_senders.form,
        case when submissions.submission_id is null then 0 else 1 end as is_reported
    from units
    inner join form_senders on units.unit_type = form_senders.unit_type
    inner join form_calendar
        on form_senders.form = form_calendar.form and units.quarter = form_calendar.quarter
    left join submissions
        on
            units.period = submissions.period
            and units.org_unit_code = submissions.org_unit_code
            and form_senders.form = submissions.form
)

select * from final
