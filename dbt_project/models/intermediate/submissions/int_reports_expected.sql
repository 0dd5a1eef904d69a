with reports_due as (
    select * from {{ ref('int_reports_due') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

final as (
    select
        reports_due.period,
        reports_due.org_unit_code,
        reports_due.form,
        case when submissions.submission_id is null then 0 else 1 end as is_reported
    from reports_due
    inner join periods on reports_due.period = periods.period
    left join submissions
        on
            reports_due.period = submissions.period
            and reports_due.org_unit_code = submissions.org_unit_code
            and reports_due.form = submissions.form
)

select * from final
