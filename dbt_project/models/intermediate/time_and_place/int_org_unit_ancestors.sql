with recursive units as (
    select * from {{ ref('int_org_units_by_period') }}
),

-- The bound on distance turns a cycle in the seed into a failing test of the grain, not an endless build.
ancestors as (
    select
        period,
        org_unit_code,
        org_unit_code as ancestor_code,
        parent_code as next_code,
        cast(0 as bigint) as distance
    from units
    union all
    select
        ancestors.period,
        ancestors.org_unit_code,
        units.org_unit_code as ancestor_code,
        units.parent_code as next_code,
        ancestors.distance + 1 as distance
    from ancestors
    inner join units
        on ancestors.period = units.period and ancestors.next_code = units.org_unit_code
    where ancestors.distance < 10
),

final as (
    select
        period,
        org_unit_code,
        ancestor_code,
        distance
    from ancestors
)

select * from final
