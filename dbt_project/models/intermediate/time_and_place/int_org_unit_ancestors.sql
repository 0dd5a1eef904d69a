with ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

final as (
    select
        periods.period,
        ancestors.org_unit_code,
        ancestors.ancestor_code,
        ancestors.ancestor_valid_from,
        ancestors.distance
    from ancestors
    inner join periods
        on
            ancestors.shared_from <= periods.ends_on
            and (ancestors.shared_to is null or ancestors.shared_to > periods.ends_on)
)

select * from final
