with recursive org_units as (
    select * from {{ ref('org_units') }}
),

-- Where the validities of a unit and of a unit above it meet. `least` passes over null, an open end. The
-- bound on distance turns a cycle in the seed into a failing test, not an endless build.
ancestors as (
    select
        org_unit_code,
        valid_from,
        valid_to,
        org_unit_code as ancestor_code,
        valid_from as ancestor_valid_from,
        valid_from as shared_from,
        valid_to as shared_to,
        cast(0 as bigint) as distance,
        name_vi as path_vi,
        parent_code as next_code
    from org_units
    union all
    select
        ancestors.org_unit_code,
        ancestors.valid_from,
        ancestors.valid_to,
        org_units.org_unit_code as ancestor_code,
        org_units.valid_from as ancestor_valid_from,
        greatest(ancestors.shared_from, org_units.valid_from) as shared_from,
        least(ancestors.shared_to, org_units.valid_to) as shared_to,
        ancestors.distance + 1 as distance,
        org_units.name_vi || ' › ' || ancestors.path_vi as path_vi,
        org_units.parent_code as next_code
    from ancestors
    inner join org_units
        on
            ancestors.next_code = org_units.org_unit_code
            and (ancestors.shared_to is null or ancestors.shared_to > org_units.valid_from)
            and (org_units.valid_to is null or ancestors.shared_from < org_units.valid_to)
    where ancestors.distance < 10
),

final as (
    select
        org_unit_code,
        valid_from,
        valid_to,
        ancestor_code,
        ancestor_valid_from,
        shared_from,
        shared_to,
        distance,
        path_vi
    from ancestors
)

select * from final
