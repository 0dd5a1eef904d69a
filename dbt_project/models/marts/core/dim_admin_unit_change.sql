with changes as (
    select * from {{ ref('admin_unit_changes') }}
),

admin_units as (
    select * from {{ ref('admin_units') }}
),

final as (
    select
        changes.from_level,
        changes.from_code,
        before_change.name_vi as from_name_vi,
        changes.changed_on,
        changes.to_level,
        changes.to_code,
        after_change.name_vi as to_name_vi,
        changes.kind
    from changes
    left join admin_units as before_change
        on
            changes.from_level = before_change.level
            and changes.from_code = before_change.code
            and changes.changed_on = before_change.valid_to
    left join admin_units as after_change
        on
            changes.to_level = after_change.level
            and changes.to_code = after_change.code
            and changes.changed_on = after_change.valid_from
)

select * from final
