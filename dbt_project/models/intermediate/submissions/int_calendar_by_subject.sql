with periods as (
    select * from {{ ref('int_periods_generated') }}
),

periods_reported as (
    select * from {{ ref('int_periods_reported') }}
),

form_calendar as (
    select * from {{ ref('form_calendar') }}
),

-- Coverage by agreements needs the unions and the agreements of the same reporter: due when both are.
unions_and_agreements as (
    select
        'unions_and_agreements' as subject,
        unions.period
    from form_calendar as unions
    inner join form_calendar as agreements
        on unions.period = agreements.period
    where unions.form = 'grassroots_unions' and agreements.form = 'agreements'
),

due_periods as (
    select
        form as subject,
        period
    from form_calendar
    union all
    select
        subject,
        period
    from unions_and_agreements
),

subjects as (
    select distinct subject
    from due_periods
),

laid_out as (
    select
        subjects.subject,
        periods.*,
        case when due_periods.period is null then 0 else 1 end as is_due,
        case
            when due_periods.period is null or periods_reported.period is null then 0
            else 1
        end as is_due_in_range
    from subjects
    cross join periods
    left join due_periods
        on subjects.subject = due_periods.subject and periods.period = due_periods.period
    left join periods_reported on periods.period = periods_reported.period
),

counted as (
    select
        laid_out.*,
        max(case when is_due = 1 then period end) over so_far as latest_due_period,
        sum(is_due) over so_far - is_due as due_before,
        sum(is_due) over so_far_in_year as due_of_year,
        sum(is_due_in_range) over so_far_in_year as due_of_year_in_range
    from laid_out
    window
        so_far as (
            partition by subject
            order by period
            rows between unbounded preceding and current row
        ),
        so_far_in_year as (
            partition by subject, year
            order by period
            rows between unbounded preceding and current row
        )
),

-- Quarters with as many due ones before them share a report: it covers all of them up to its own.
final as (
    select
        subject,
        period,
        year,
        quarter,
        is_due,
        latest_due_period,
        due_of_year,
        due_of_year_in_range,
        min(starts_on) over (partition by subject, due_before) as covers_from,
        ends_on
    from counted
)

select * from final
