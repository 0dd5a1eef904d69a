with sectors as (
    select * from {{ ref('sectors') }}
),

final as (
    select
        sector,
        name_vi,
        is_state,
        is_enterprise,
        is_non_state_with_fdi,
        is_non_state_without_fdi,
        counts_for_density,
        may_sign_agreement
    from sectors
)

select * from final
