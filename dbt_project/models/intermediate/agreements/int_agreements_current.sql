with agreements as (
    select * from {{ ref('stg_agreements') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

periods as (
    select * from {{ ref('int_calendar_by_subject') }}
    where subject = 'agreements'
),

dated as (
    select
        agreements.submission_id,
        agreements.org_unit_code,
        agreements.period,
        agreements.source_sheet,
        agreements.source_row,
        agreements.agreement_code,
        agreements.scope,
        agreements.tax_code,
        agreements.employer_name,
        agreements.union_code,
        agreements.signed_on,
        coalesce(agreements.effective_on, agreements.signed_on) as effective_on,
        agreements.expires_on,
        agreements.sent_on,
        agreements.amended_on,
        agreements.workers_covered,
        agreements.quality,
        agreements.better_terms,
        agreements.shift_meal_vnd,
        periods.covers_from,
        periods.ends_on
    from agreements
    inner join submissions on agreements.submission_id = submissions.submission_id
    inner join periods on agreements.period = periods.period
),

final as (
    select
        dated.*,
        -- the day of expiry is the last day of validity, so it belongs to the term
        {{ days_between('effective_on', 'expires_on') }} + 1 as term_days,
        case
            when effective_on > ends_on then 'not_yet_effective'
            when expires_on < ends_on then 'expired'
            else 'in_force'
        end as status,
        signed_on between covers_from and ends_on as is_signed_in_period,
        amended_on is not null and amended_on between covers_from and ends_on as is_amended_in_period,
        effective_on <= ends_on
        and expires_on between ends_on and {{ end_of_quarter_after('ends_on', 2) }} as is_expiring
    from dated
)

select * from final
