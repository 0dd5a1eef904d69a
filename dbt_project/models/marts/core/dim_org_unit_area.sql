with areas as (
    select * from {{ ref('org_unit_areas') }}
),

final as (
    select
        org_unit_code,
        admin_code,
        valid_from,
        valid_to
    from areas
)

select * from final
