with submissions as (
    select * from {{ ref('stg_submissions') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

extensions as (
    select * from {{ ref('deadline_extensions') }}
),

-- By the calendar and the extensions of today, for an extension may have been granted after the receipt;
-- greatest() skips nulls.
dated as (
    select
        submissions.submission_id,
        greatest(form_calendar.due_on, for_all.due_on, for_unit.due_on) as due_on
    from submissions
    left join form_calendar
        on submissions.form = form_calendar.form and submissions.period = form_calendar.period
    left join extensions as for_all
        on
            form_calendar.form = for_all.form
            and form_calendar.period = for_all.period
            and for_all.org_unit_code is null
    left join extensions as for_unit
        on
            form_calendar.form = for_unit.form
            and form_calendar.period = for_unit.period
            and submissions.org_unit_code = for_unit.org_unit_code
),

final as (
    select
        submissions.submission_id,
        submissions.receipt_id,
        submissions.form,
        submissions.org_unit_code,
        submissions.period,
        submissions.sent_by_code,
        submissions.layout_version,
        submissions.version,
        submissions.verdict,
        submissions.is_current,
        submissions.known_from,
        submissions.known_to,
        dated.due_on,
        case
            when submissions.verdict <> 'duplicate' then cast(submissions.received_at as date) <= dated.due_on
        end as on_time,
        submissions.received_at,
        submissions.file_name,
        submissions.sha256,
        submissions.rows_found,
        submissions.rows_preamble,
        submissions.rows_header,
        submissions.rows_total,
        submissions.rows_footer,
        submissions.rows_accepted,
        submissions.rows_returned
    from submissions
    inner join dated on submissions.submission_id = dated.submission_id
)

select * from final
