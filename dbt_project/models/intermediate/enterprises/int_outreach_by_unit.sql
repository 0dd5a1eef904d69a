with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

enterprises as (
    select * from {{ ref('int_enterprises_current') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

staged as (
    select
        enterprises.*,
        {{ outreach_stage('outreach_status') }} as stage,
        case when outreach_status = 'refused' then 1 else 0 end as is_refused
    from enterprises
),

-- Two units may report the same enterprise: above both of them it counts once, with the further stage. A code
-- that comes to mean another unit within a year starts anew.
merged as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        ancestors.ancestor_valid_from as valid_from,
        periods.year,
        staged.tax_code,
        max(staged.stage) as stage,
        max(staged.is_refused) as is_refused,
        sum(staged.survey_visits) as survey_visits
    from staged
    inner join ancestors
        on staged.period = ancestors.period and staged.org_unit_code = ancestors.org_unit_code
    inner join periods on staged.period = periods.period
    group by
        ancestors.period,
        ancestors.ancestor_code,
        ancestors.ancestor_valid_from,
        periods.year,
        staged.tax_code
),

-- Few enterprises are visited: the first quarter of the year in which they were is sought among those alone.
first_visits as (
    select
        org_unit_code,
        valid_from,
        year,
        tax_code,
        min(period) as period
    from merged
    where survey_visits > 0
    group by org_unit_code, valid_from, year, tax_code
),

first_visited as (
    select
        period,
        org_unit_code,
        valid_from,
        count(*) as enterprises
    from first_visits
    group by period, org_unit_code, valid_from
),

counted as (
    select
        period,
        org_unit_code,
        valid_from,
        year,
        sum(survey_visits) as survey_visits,
        sum(case when survey_visits > 0 then 1 when survey_visits = 0 then 0 end) as enterprises_surveyed,
        sum(case when stage >= 1 then 1 when stage is not null then 0 end) as outreach_surveyed,
        sum(case when stage >= 2 then 1 when stage is not null then 0 end) as outreach_approached,
        sum(case when stage = 2 then is_refused when stage is not null then 0 end) as outreach_refused,
        sum(case when stage = 3 then 1 when stage is not null then 0 end) as outreach_union_founded
    from merged
    group by period, org_unit_code, valid_from, year
),

-- Where nothing is known of any visit, nothing is known of first ones.
with_first_visits as (
    select
        counted.*,
        case
            when counted.enterprises_surveyed is not null then coalesce(first_visited.enterprises, 0)
        end as first_surveyed
    from counted
    left join first_visited
        on
            counted.period = first_visited.period
            and counted.org_unit_code = first_visited.org_unit_code
            and counted.valid_from = first_visited.valid_from
),

final as (
    select
        period,
        org_unit_code,
        cast(enterprises_surveyed as bigint) as enterprises_surveyed,
        cast(sum(first_surveyed) over so_far as bigint) as enterprises_surveyed_of_year,
        cast(sum(survey_visits) over so_far as bigint) as survey_visits_of_year,
        cast(outreach_surveyed as bigint) as outreach_surveyed,
        cast(outreach_approached as bigint) as outreach_approached,
        cast(outreach_refused as bigint) as outreach_refused,
        cast(outreach_union_founded as bigint) as outreach_union_founded
    from with_first_visits
    window so_far as (
        partition by org_unit_code, valid_from, year
        order by period
        rows between unbounded preceding and current row
    )
)

select * from final
