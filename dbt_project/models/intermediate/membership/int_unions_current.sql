with unions as (
    select * from {{ ref('stg_grassroots_unions') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

periods as (
    select * from {{ ref('int_calendar_by_subject') }}
    where subject = 'grassroots_unions'
),

sectors as (
    select * from {{ ref('sectors') }}
),

final as (
    select
        unions.*,
        sectors.counts_for_density,
        sectors.may_sign_agreement,
        sectors.is_state,
        (unions.ended_on is null or unions.ended_on > periods.ends_on) as is_active,
        unions.established_on between periods.covers_from and periods.ends_on as is_founded_in_period,
        unions.ended_on is not null and unions.ended_on between periods.covers_from and periods.ends_on
            as is_ended_in_period
    from unions
    inner join submissions on unions.submission_id = submissions.submission_id
    inner join periods on unions.period = periods.period
    left join sectors on unions.sector = sectors.sector
)

select * from final
