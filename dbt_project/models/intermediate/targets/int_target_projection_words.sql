with projections as (
    select * from {{ ref('int_target_projections') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

dated as (
    select
        projections.*,
        'quý '
        || case periods.quarter when 1 then 'I' when 2 then 'II' when 3 then 'III' when 4 then 'IV' end
        || '/' || cast(periods.year as string) as data_words
    from projections
    left join periods on projections.data_index = {{ period_index('periods.year', 'periods.quarter') }}
),

worded as (
    select
        dated.*,
        case when unit = 'percent' then ' %' else ' ' || coalesce(unit_vi, '') end as unit_words,
        case
            when unit = 'percent' then {{ vietnamese_decimals('projected_value', 1) }}
            else {{ vietnamese_decimals('projected_value', 0) }}
        end as value_words,
        case
            when unit = 'percent' then {{ vietnamese_decimals('projected_low', 1) }}
            else {{ vietnamese_decimals('projected_low', 0) }}
        end as low_words,
        case
            when unit = 'percent' then {{ vietnamese_decimals('projected_high', 1) }}
            else {{ vietnamese_decimals('projected_high', 0) }}
        end as high_words
    from dated
),

final as (
    select
        period,
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        inherited_from_code,
        case
            when obstacle = 'over' then 'không dự báo: năm chỉ tiêu đã kết thúc'
            when obstacle = 'early' then 'không dự báo: chỉ tính số của năm ' || cast(target_year as string)
            when obstacle = 'no_unit' then 'không dự báo: kỳ này không có đơn vị báo cáo'
            when obstacle = 'incomplete' then 'chưa dự báo được: số đến kỳ này chưa đủ'
            when obstacle = 'too_few'
                then
                    'chưa dự báo được: '
                    || case
                        when projection_periods = 0 then 'chưa có kỳ nào'
                        else 'có ' || cast(projection_periods as string) || ' kỳ'
                    end
                    || ' đủ số liệu, cần ít nhất {{ var("projection_from_periods") }} kỳ'
            when obstacle = 'too_far'
                then
                    'chưa dự báo được: từ ' || data_words || ' còn ' || cast(quarters_ahead as string)
                    || ' quý đến hết năm ' || cast(target_year as string) || ', mà số liệu chỉ trải trên '
                    || cast(quarters as string) || ' quý'
            when projection_method = 'seasonal'
                then
                    'đến hết năm ' || cast(target_year as string) || ' ước ' || value_words || unit_words
                    || ', từ ' || low_words || ' đến ' || high_words || unit_words
                    || ' theo nhịp độ chậm nhất và nhanh nhất của các năm trước'
            else
                'đến hết năm ' || cast(target_year as string) || ' ước ' || value_words || unit_words
                || ', khả năng 80 % nằm trong khoảng từ ' || low_words || ' đến ' || high_words || unit_words
                || case projection_method
                    when 'trend' then ', theo xu hướng của '
                    else ', theo mức bình quân của '
                end
                || cast(projection_periods as string) || ' kỳ có số liệu đến ' || data_words
        end as projection_note_vi
    from worded
)

select * from final
