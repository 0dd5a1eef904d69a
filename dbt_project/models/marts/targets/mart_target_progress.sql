with progress as (
    select * from {{ ref('int_targets_compared') }}
),

words as (
    select * from {{ ref('int_target_words') }}
),

projections as (
    select * from {{ ref('int_target_projections') }}
),

projection_words as (
    select * from {{ ref('int_target_projection_words') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

org_units as (
    select * from {{ ref('org_units') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

-- The unit as it is in the period or, once it has ended, as it was last: its targets stay to be seen.
units_known as (
    select
        periods.period,
        org_units.org_unit_code,
        org_units.valid_from,
        org_units.name_vi,
        org_units.unit_type,
        {{ is_valid_on('org_units', 'periods.ends_on') }} as is_valid,
        row_number() over (
            partition by periods.period, org_units.org_unit_code
            order by org_units.valid_from desc
        ) as rank_of_validity
    from periods
    inner join org_units on periods.ends_on >= org_units.valid_from
),

final as (
    select
        progress.period,
        progress.org_unit_code,
        units_known.valid_from as org_unit_valid_from,
        units_known.name_vi as org_unit_name_vi,
        units_known.unit_type,
        coalesce(units_known.is_valid, false) as is_unit_valid,
        progress.inherited_from_code,
        progress.inherited_from_name_vi,
        progress.indicator_code,
        indicators.name_vi as indicator_name_vi,
        indicators.unit,
        indicators.unit_vi,
        progress.target_set,
        progress.target_year,
        progress.operator,
        progress.target_value,
        progress.actual_value,
        progress.actual_period,
        progress.pct_of_target,
        progress.status,
        words.status_vi,
        words.progress_vi,
        progress.expected_value,
        progress.expected_by,
        progress.gap_value,
        progress.required_per_period,
        case when progress.target_value is not null then progress.periods_left end as periods_left,
        projections.projected_value,
        projections.projected_low,
        projections.projected_high,
        projections.projection_method,
        projections.projection_periods,
        projection_words.projection_note_vi,
        progress.is_qualitative,
        progress.qualitative_word,
        progress.threshold,
        progress.denominator,
        progress.source,
        progress.set_kind,
        progress.first_year,
        progress.target_version,
        progress.first_target_value,
        progress.is_adjusted,
        progress.completeness_pct
    from progress
    inner join words on {{ is_same_target('progress', 'words') }}
    left join projections on {{ is_same_target('progress', 'projections') }}
    left join projection_words on {{ is_same_target('progress', 'projection_words') }}
    left join units_known
        on
            progress.period = units_known.period
            and progress.org_unit_code = units_known.org_unit_code
            and units_known.rank_of_validity = 1
    left join indicators on progress.indicator_code = indicators.indicator_code
)

select * from final
