with successions as (
    select * from {{ ref('org_unit_successions') }}
),

org_units as (
    select * from {{ ref('org_units') }}
),

final as (
    select
        successions.from_code,
        ended.valid_from as from_valid_from,
        ended.name_vi as from_name_vi,
        successions.changed_on,
        successions.kind,
        successions.to_code,
        successors.valid_from as to_valid_from,
        successors.name_vi as to_name_vi,
        successions.reason
    from successions
    left join org_units as ended
        on successions.from_code = ended.org_unit_code and successions.changed_on = ended.valid_to
    left join org_units as successors
        on
            successions.to_code = successors.org_unit_code
            and {{ is_valid_on('successors', 'successions.changed_on') }}
)

select * from final
