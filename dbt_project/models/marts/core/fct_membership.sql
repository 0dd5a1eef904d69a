with unions as (
    select * from {{ ref('int_unions_restated') }}
),

matched as (
    select * from {{ ref('int_unions_matched_to_agreements') }}
),

final as (
    select
        unions.period,
        unions.org_unit_code,
        unions.union_code,
        unions.union_name,
        unions.union_type,
        unions.sector,
        unions.tax_code,
        unions.established_on,
        unions.ended_on,
        unions.is_active,
        unions.is_founded_in_period,
        unions.is_ended_in_period,
        unions.workers_total,
        unions.workers_female,
        unions.members_total,
        unions.members_female,
        unions.members_admitted,
        unions.members_left,
        unions.union_groups,
        unions.sub_unions,
        unions.officers_elected,
        unions.officers_trained,
        unions.rating,
        matched.is_eligible as is_agreement_eligible,
        matched.has_agreement,
        unions.current_org_unit_code,
        unions.is_comparable,
        unions.submission_id,
        unions.source_sheet,
        unions.source_row
    from unions
    left join matched
        on
            unions.period = matched.period
            and unions.org_unit_code = matched.org_unit_code
            and unions.union_code = matched.union_code
)

select * from final
