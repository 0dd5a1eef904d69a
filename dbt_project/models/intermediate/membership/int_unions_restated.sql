{{ config(materialized='view') }}

-- A view: two models read it, and writing millions of wide rows costs more than two columns joined twice.
with unions as (
    select * from {{ ref('int_unions_current') }}
),

org_units as (
    select * from {{ ref('int_org_units_restated') }}
),

unions_identified as (
    select * from {{ ref('int_unions_identified') }}
),

-- The unit of today that reported the union last, otherwise the one that carries the unit that reported it.
final as (
    select
        unions.*,
        coalesce(unions_identified.last_sender_code, org_units.current_org_unit_code)
            as current_org_unit_code,
        unions_identified.is_comparable
    from unions
    left join org_units
        on unions.period = org_units.period and unions.org_unit_code = org_units.org_unit_code
    left join unions_identified
        on
            unions.union_code = unions_identified.union_code
            and unions.org_unit_code = unions_identified.org_unit_code
            and org_units.valid_from = unions_identified.valid_from
            and org_units.current_branch_code = unions_identified.current_branch_code
)

select * from final
