with sets as (
    select * from {{ ref('int_target_sets') }}
),

final as (
    select
        target_set,
        org_unit_code,
        name_vi,
        name_en,
        set_kind,
        case set_kind
            when 'resolution' then 'nghị quyết'
            when 'provincial_plan' then 'kế hoạch của tỉnh'
            when 'congress' then 'chỉ tiêu nhiệm kỳ'
            when 'yearly' then 'kế hoạch năm'
        end as set_kind_vi,
        parent_set,
        decided_on,
        source,
        is_listed
    from sets
)

select * from final
