{#- The row of a scorecard in one sentence that a leader reads; says what is not known, and why. -#}
{% macro scorecard_summary(card) -%}
    {%- set counts = {
        'targets_met': 'đạt',
        'targets_on_track': 'đúng tiến độ',
        'targets_behind': 'chậm',
        'targets_qualitative': 'định tính',
        'targets_no_data': 'chưa có số liệu',
    } -%}
    case
        when {{ card }}.rank is not null
            then
                'Xếp thứ ' || {{ vietnamese_number(card ~ '.rank') }} || '/' || {{ vietnamese_number(card ~ '.peers') }}
                || case {{ card }}.peer_basis
                    when 'kind' then ' trong các đơn vị cùng loại'
                    else ' trong nhóm cùng loại và quy mô'
                end
        else
            case {{ card }}.unranked_reason
                when 'no_data' then 'Chưa xếp hạng vì chưa có số liệu'
                when 'incomplete' then 'Chưa xếp hạng vì báo cáo chưa đủ'
                when 'too_few_indicators' then 'Chưa xếp hạng vì có ít chỉ tiêu so sánh được'
                when 'no_peers' then 'Không xếp hạng vì không có đơn vị cùng nhóm đủ số liệu để so sánh'
            end
    end
    || case
        when {{ card }}.trend = 'unknown' then '; chưa so được với kỳ trước'
        when {{ card }}.indicators_improving + {{ card }}.indicators_worsening = 0
            then '; các chỉ tiêu giữ mức kỳ trước'
        else
            '; ' || {{ vietnamese_number(card ~ '.indicators_improving') }} || ' chỉ tiêu tốt lên, '
            || {{ vietnamese_number(card ~ '.indicators_worsening') }} || ' giảm sút'
    end
    || case
        when {{ card }}.completeness_pct is null then '; chưa có báo cáo nào quá hạn gửi'
        else
            '; báo cáo đủ ' || {{ vietnamese_decimals(card ~ '.completeness_pct', 1) }} || ' %, đúng hạn '
            || {{ vietnamese_decimals(card ~ '.on_time_pct', 1) }} || ' %'
    end
    || case
        when {{ card }}.targets_given = 0 then '; chưa giao chỉ tiêu'
        else
            '; được giao ' || {{ vietnamese_number(card ~ '.targets_given') }} || ' chỉ tiêu'
            {% for column, words in counts.items() -%}
                || case
                    when {{ card }}.{{ column }} > 0
                        then ', ' || {{ vietnamese_number(card ~ '.' ~ column) }} || ' {{ words }}'
                    else ''
                end
            {% endfor -%}
    end
    || '.'
{%- endmacro %}
