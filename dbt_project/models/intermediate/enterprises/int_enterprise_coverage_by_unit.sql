with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

enterprises as (
    select * from {{ ref('int_enterprises_current') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
),

-- Two units may report the same enterprise: above both of them it counts once, with the larger number of
-- workers, and has a union when either says so. Visits are events and add up.
merged as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        enterprises.tax_code,
        max(enterprises.workers_total) as workers_total,
        max(case when enterprises.has_union then 1 when not enterprises.has_union then 0 end) as has_union,
        sum(enterprises.survey_visits) as survey_visits
    from enterprises
    inner join ancestors
        on enterprises.period = ancestors.period and enterprises.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code, enterprises.tax_code
),

-- Whether an enterprise of unknown size is over the threshold is unknown: it counts on neither side.
measured as (
    select
        merged.*,
        thresholds.threshold,
        thresholds.is_national,
        case
            when merged.workers_total >= thresholds.threshold then 1
            when merged.workers_total < thresholds.threshold then 0
        end as is_over
    from merged
    inner join thresholds
        on merged.period = thresholds.period and merged.org_unit_code = thresholds.org_unit_code
),

final as (
    select
        period,
        org_unit_code,
        threshold,
        is_national,
        cast(sum(is_over) as bigint) as enterprises,
        cast(sum(is_over * has_union) as bigint) as with_union,
        cast(sum(is_over * (1 - has_union)) as bigint) as without_union,
        cast(sum(survey_visits) as bigint) as survey_visits,
        cast(sum(case when workers_total is null then 1 else 0 end) as bigint) as workers_unknown,
        count(*) as enterprises_reported
    from measured
    group by period, org_unit_code, threshold, is_national
)

select * from final
