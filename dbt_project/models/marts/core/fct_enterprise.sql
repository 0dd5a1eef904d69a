with enterprises as (
    select * from {{ ref('int_enterprises_current') }}
),

final as (
    select
        period,
        org_unit_code,
        tax_code,
        enterprise_name,
        ownership,
        industrial_zone,
        workers_total,
        workers_female,
        has_union,
        union_code,
        survey_visits,
        outreach_status,
        submission_id,
        source_sheet,
        source_row
    from enterprises
)

select * from final
