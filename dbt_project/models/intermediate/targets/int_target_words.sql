with progress as (
    select * from {{ ref('int_targets_compared') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

joined as (
    select
        progress.*,
        indicators.unit = 'percent' as is_percent,
        case when indicators.unit = 'percent' then ' %' else ' ' || coalesce(indicators.unit_vi, '') end
            as unit_words,
        coalesce(progress.inherited_from_name_vi, progress.inherited_from_code) as inherited_from_words
    from progress
    left join indicators on progress.indicator_code = indicators.indicator_code
),

-- One decimal, or two where the target has two.
rounded as (
    select
        joined.*,
        case when {{ rounded('target_value', 1) }} <> target_value then 100 else 10 end as parts,
        case
            when {{ rounded('target_value', 1) }} <> target_value then {{ rounded('actual_value', 2) }}
            else {{ rounded('actual_value', 1) }}
        end as actual_rounded
    from joined
),

-- As it will be read, but never across the target: 99,96 of 100 is not 100,0. What is expected of a count is
-- a whole one.
read_out as (
    select
        rounded.*,
        case
            when
                {{ target_is_met('operator', 'actual_rounded', 'target_value') }} <> is_reached
                or (not is_reached and actual_value <> target_value and actual_rounded = target_value)
                then
                    case
                        when actual_value < target_value then floor(actual_value * parts) / parts
                        else ceil(actual_value * parts) / parts
                    end
            else actual_rounded
        end as actual_read,
        case
            when not is_reached and {{ rounded('pct_of_target', 1) }} >= 100
                then floor(pct_of_target * 10) / 10
            else {{ rounded('pct_of_target', 1) }}
        end as pct_read,
        case
            when is_percent then {{ rounded('expected_value', 1) }}
            when is_lower_bound then ceil({{ rounded('expected_value', 6) }})
            else floor({{ rounded('expected_value', 6) }})
        end as expected_read,
        floor(completeness_pct * 10) / 10 as completeness_read
    from rounded
),

phrased as (
    select
        read_out.*,
        case operator
            when '>' then 'trên '
            when '=' then 'đúng '
            when '<=' then 'không quá '
            when '<' then 'dưới '
            else ''
        end
        || {{ vietnamese_number('target_value') }} || unit_words as target_words,
        case
            when is_percent then {{ vietnamese_percent('actual_read') }}
            else {{ vietnamese_number('actual_read') }}
        end
        || unit_words as actual_words,
        case
            when is_percent then {{ vietnamese_percent('abs(target_value - actual_read)') }}
            else {{ vietnamese_number('abs(target_value - actual_read)') }}
        end
        || case when is_percent then ' điểm phần trăm' else unit_words end as gap_words,
        case
            when is_percent then {{ vietnamese_decimals('expected_read', 1) }}
            else {{ vietnamese_number('expected_read') }}
        end
        || unit_words as expected_words,
        {{ vietnamese_decimals('pct_read', 1) }} || ' %' as pct_words,
        {{ vietnamese_decimals('pct_read - 100', 1) }} || ' %' as surplus_words,
        {{ vietnamese_number('completeness_read') }} || ' % báo cáo' as reports_words,
        case
            when counted_over = 'term' and set_kind = 'congress' then 'kế hoạch nhiệm kỳ '
            when counted_over = 'term' then 'kế hoạch giai đoạn '
            when counted_over = 'year' then 'kế hoạch năm '
            else 'chỉ tiêu năm '
        end
        || case when counted_over = 'term' then cast(first_year as string) || '–' else '' end
        || cast(target_year as string) as plan_words
    from read_out
),

judged as (
    select
        phrased.*,
        case
            when status = 'met' then 'đạt'
            when status = 'on_track' then 'đúng tiến độ'
            when is_failed then 'không đạt'
            when status = 'behind' and is_lower_bound then 'chậm tiến độ'
            when status = 'behind' and operator in ('<', '<=') then 'cao hơn mức theo tiến độ'
            when status = 'behind' then 'lệch tiến độ'
            when status = 'no_target' then 'chưa giao chỉ tiêu'
            when status = 'qualitative' then 'chỉ tiêu định tính'
            when inherited_from_code is not null
                then 'chỉ tiêu kế thừa từ ' || inherited_from_words || ', chưa giao lại'
            when counted_over = 'year' and year < target_year
                then 'chưa đến năm ' || cast(target_year as string)
            when counted_over = 'term' and year < first_year
                then 'chưa đến năm ' || cast(first_year as string)
            when is_followed and org_unit_valid_from is null then 'đơn vị không hoạt động trong kỳ này'
            when counted_over = 'year' and periods_elapsed = 0 then 'trong năm chưa đến kỳ báo cáo'
            when actual_value is null then 'chưa có số liệu'
            else 'chưa đủ số liệu: mới có ' || reports_words
        end as status_vi,
        case
            when not (is_lower_bound and target_value > 0)
                then 'ghi nhận ' || actual_words || ', ' || plan_words || ' là ' || target_words
            when status = 'met' and is_percent and actual_read > target_value
                then 'đạt ' || actual_words || ', vượt ' || gap_words || ' so với chỉ tiêu ' || target_words
            when status = 'met' and is_percent
                then 'đạt ' || actual_words || ', bằng chỉ tiêu ' || target_words
            when status = 'met' and pct_read > 100
                then 'đạt ' || pct_words || ', vượt ' || surplus_words || ' ' || plan_words
            when status = 'met' then 'đạt ' || pct_words || ' ' || plan_words
            when actual_value = target_value
                then
                    'mới được ' || actual_words || ', chỉ bằng mức phải vượt (' || plan_words || ' là '
                    || target_words || ')'
            when is_percent
                then
                    'mới được ' || actual_words || ', thấp hơn ' || gap_words || ' so với chỉ tiêu '
                    || target_words
                    || case when is_failed then '' else ' của năm ' || cast(target_year as string) end
            when is_failed then 'bằng ' || pct_words || ' ' || plan_words || ', thiếu ' || gap_words
            else 'đạt ' || pct_words || ' ' || plan_words || ', còn thiếu ' || gap_words
        end as figure_words,
        -- only where it can be seen beside the figure as it is read
        case
            when status <> 'behind' or is_failed then ''
            when is_lower_bound and expected_read > actual_read then ', đến kỳ này cần đạt ' || expected_words
            when operator in ('<', '<=') and expected_read < actual_read
                then ', đến kỳ này không nên quá ' || expected_words
            else ''
        end as pace_words,
        case
            when is_adjusted and first_target_value <> target_value
                then
                    '; chỉ tiêu đã điều chỉnh, lúc đầu là ' || {{ vietnamese_number('first_target_value') }}
                    || unit_words
            when is_adjusted then '; chỉ tiêu đã điều chỉnh'
            else ''
        end as adjusted_words
    from phrased
),

final as (
    select
        period,
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        inherited_from_code,
        status_vi,
        case
            when status = 'qualitative'
                then
                    'chỉ tiêu định tính'
                    || coalesce(': ' || qualitative_word, '')
                    || coalesce('; kế thừa từ ' || inherited_from_words || ', chưa giao lại', '')
            when status = 'no_target' then status_vi
            when status = 'no_data' then status_vi || coalesce('; ghi nhận ' || actual_words, '')
            when is_failed then 'không đạt: ' || figure_words
            when status = 'met' and is_lower_bound and target_value > 0 then figure_words
            else figure_words || '; ' || status_vi || pace_words
        end
        || case when status in ('met', 'on_track', 'behind') then adjusted_words else '' end
        || case
            when status in ('met', 'on_track', 'behind') and completeness_read < 100
                then ' (mới có ' || reports_words || ')'
            else ''
        end as progress_vi
    from judged
)

select * from final
