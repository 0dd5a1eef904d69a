with handed_down as (
    select * from {{ ref('int_targets_handed_down') }}
),

org_units as (
    select * from {{ ref('org_units') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

worded as (
    select
        handed_down.*,
        org_units.name_vi as org_unit_name_vi,
        org_units.unit_type,
        indicators.name_vi as indicator_name_vi,
        indicators.unit,
        indicators.unit_vi,
        case when indicators.unit = 'percent' then ' %' else '' end as sign,
        case
            when handed_down.children_given < handed_down.children_total
                then
                    cast(handed_down.children_given as string)
                    || ' trong '
                    || cast(handed_down.children_total as string)
                    || ' đơn vị được giao '
            else 'các đơn vị được giao '
        end as who_was_given,
        'chỉ tiêu '
        || case handed_down.operator
            when '>' then 'trên '
            when '<=' then 'không quá '
            when '<' then 'dưới '
            else ''
        end
        || {{ vietnamese_number('handed_down.target_value') }}
        || case when indicators.unit = 'percent' then ' %' else '' end
        || case
            when org_units.unit_type = 'national' then ' của cả nước'
            when org_units.unit_type = 'province' and org_units.name_vi like '%thành phố%'
                then ' của thành phố'
            when org_units.unit_type = 'province' then ' của tỉnh'
            when org_units.unit_type in ('central_sector', 'local_sector') then ' của ngành'
            else ' của đơn vị'
        end as own_target
    from handed_down
    inner join indicators on handed_down.indicator_code = indicators.indicator_code
    left join org_units
        on
            handed_down.org_unit_code = org_units.org_unit_code
            and handed_down.tree_on >= org_units.valid_from
            and (org_units.valid_to is null or handed_down.tree_on < org_units.valid_to)
),

final as (
    select
        org_unit_code,
        org_unit_valid_from,
        org_unit_name_vi,
        unit_type,
        indicator_code,
        indicator_name_vi,
        unit,
        unit_vi,
        target_set,
        first_year,
        target_year,
        given_in,
        operator,
        target_value,
        threshold,
        children_total,
        children_given,
        children_value,
        children_min,
        children_max,
        difference,
        status,
        case status
            when 'not_handed_down'
                then
                    'chưa giao cho đơn vị nào trong '
                    || cast(children_total as string)
                    || ' đơn vị trực thuộc; '
                    || own_target
            when 'listed'
                then
                    who_was_given
                    || case
                        when children_min = children_max then ''
                        else 'từ ' || {{ vietnamese_number('children_min') }} || sign || ' đến '
                    end
                    || {{ vietnamese_number('children_max') }}
                    || sign
                    || '; '
                    || own_target
            when 'adds_up'
                then who_was_given || {{ vietnamese_number('children_value') }} || ', bằng ' || own_target
            when 'more'
                then
                    who_was_given
                    || {{ vietnamese_number('children_value') }}
                    || ', nhiều hơn '
                    || {{ vietnamese_number('difference') }}
                    || ' so với '
                    || own_target
            when 'less'
                then
                    who_was_given
                    || {{ vietnamese_number('children_value') }}
                    || ', còn thiếu '
                    || {{ vietnamese_number('abs(difference)') }}
                    || ' so với '
                    || own_target
        end as status_vi
    from worded
)

select * from final
