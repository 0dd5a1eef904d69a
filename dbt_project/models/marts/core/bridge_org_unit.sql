with ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

final as (
    select
        org_unit_code,
        ancestor_code,
        shared_from,
        shared_to,
        distance
    from ancestors
)

select * from final
