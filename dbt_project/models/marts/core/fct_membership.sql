with unions as (
    select * from {{ ref('int_unions_restated') }}
),

final as (
    select
        period,
        org_unit_code,
        union_code,
        union_name,
        union_type,
        sector,
        tax_code,
        established_on,
        ended_on,
        is_active,
        is_founded_in_period,
        workers_total,
        workers_female,
        members_total,
        members_female,
        members_admitted,
        members_left,
        union_groups,
        sub_unions,
        officers_elected,
        officers_trained,
        rating,
        current_org_unit_code,
        is_comparable,
        submission_id,
        source_sheet,
        source_row
    from unions
)

select * from final
