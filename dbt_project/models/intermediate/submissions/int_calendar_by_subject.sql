with periods as (
    select * from {{ ref('int_periods_generated') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

combined_subjects as (
    select
        combined_subjects.*,
        count(*) over (partition by subject) as forms
    from {{ ref('combined_subjects') }} as combined_subjects
),

-- What needs several forms of the same reporter is due when all of them are.
due_periods as (
    select
        form as subject,
        period
    from form_calendar
    union all
    select
        combined_subjects.subject,
        form_calendar.period
    from form_calendar
    inner join combined_subjects on form_calendar.form = combined_subjects.form
    group by combined_subjects.subject, form_calendar.period
    having count(*) = max(combined_subjects.forms)
),

subjects as (
    select distinct subject
    from due_periods
),

laid_out as (
    select
        subjects.subject,
        periods.*,
        case when due_periods.period is null then 0 else 1 end as is_due
    from subjects
    cross join periods
    left join due_periods
        on subjects.subject = due_periods.subject and periods.period = due_periods.period
),

counted as (
    select
        laid_out.*,
        sum(is_due) over (
            partition by subject
            order by period
            rows between unbounded preceding and current row
        ) - is_due as due_before
    from laid_out
),

-- Quarters with as many due ones before them share a report: it covers all of them up to its own.
final as (
    select
        subject,
        period,
        year,
        quarter,
        is_due,
        min(starts_on) over (partition by subject, due_before) as covers_from,
        ends_on
    from counted
)

select * from final
