with org_units as (
    select * from {{ ref('org_units') }}
),

unit_types as (
    select * from {{ ref('unit_types') }}
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

successors as (
    select * from {{ ref('int_org_unit_successors') }}
),

successions as (
    select * from {{ ref('org_unit_successions') }}
),

areas as (
    select * from {{ ref('org_unit_areas') }}
),

-- The tree above a unit on the last day of its validity, or of today's list.
above as (
    select
        ancestors.org_unit_code,
        ancestors.valid_from,
        max(ancestors.distance) as level,
        max_by(ancestors.path_vi, ancestors.distance) as path_vi,
        min_by(
            ancestors.ancestor_code, case when org_units.unit_type = 'province' then ancestors.distance end
        ) as province_code,
        min_by(
            successors.current_org_unit_code,
            case when successors.current_org_unit_code is not null then ancestors.distance end
        ) as current_org_unit_code
    from ancestors
    inner join org_units
        on
            ancestors.ancestor_code = org_units.org_unit_code
            and ancestors.ancestor_valid_from = org_units.valid_from
    inner join successors
        on
            ancestors.ancestor_code = successors.org_unit_code
            and ancestors.ancestor_valid_from = successors.valid_from
    where ancestors.shared_to is not distinct from ancestors.valid_to
    group by ancestors.org_unit_code, ancestors.valid_from
),

-- A unit that is divided has several rows of one kind.
ends as (
    select
        from_code as org_unit_code,
        changed_on as valid_to,
        min(kind) as end_kind,
        min(reason) as end_reason
    from successions
    group by from_code, changed_on
),

covered as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        count(*) as communes_covered
    from org_units
    inner join areas
        on
            org_units.org_unit_code = areas.org_unit_code
            and (org_units.valid_to is null or org_units.valid_to > areas.valid_from)
            and (areas.valid_to is null or org_units.valid_to <= areas.valid_to)
    group by org_units.org_unit_code, org_units.valid_from
),

final as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        org_units.valid_to,
        org_units.name_vi,
        org_units.unit_type,
        unit_types.name_vi as unit_type_name_vi,
        org_units.parent_code,
        above.level,
        above.path_vi,
        above.province_code,
        org_units.province_name,
        org_units.admin_code,
        covered.communes_covered,
        org_units.reports,
        above.current_org_unit_code,
        ends.end_kind,
        ends.end_reason
    from org_units
    left join unit_types on org_units.unit_type = unit_types.unit_type
    left join above
        on org_units.org_unit_code = above.org_unit_code and org_units.valid_from = above.valid_from
    left join covered
        on org_units.org_unit_code = covered.org_unit_code and org_units.valid_from = covered.valid_from
    left join ends on org_units.org_unit_code = ends.org_unit_code and org_units.valid_to = ends.valid_to
)

select * from final
