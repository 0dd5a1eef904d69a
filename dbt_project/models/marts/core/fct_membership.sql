with unions as (
    select * from {{ ref('int_unions_current') }}
),

unions_restated as (
    select * from {{ ref('int_unions_restated') }}
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
        unions_restated.current_org_unit_code,
        unions_restated.is_comparable,
        unions.submission_id,
        unions.source_sheet,
        unions.source_row
    from unions
    left join unions_restated
        on
            unions.period = unions_restated.period
            and unions.org_unit_code = unions_restated.org_unit_code
            and unions.union_code = unions_restated.union_code
)

select * from final
